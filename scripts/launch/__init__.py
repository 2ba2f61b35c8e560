"""The launcher behind scripts/run.

options  what was asked for, checked         app      an APP's sources, built by make
qemu     the only QEMU command line          machine  the running virtual machine: streams, signals, exit status
console  what the UART says                  main     all of them in order
"""
