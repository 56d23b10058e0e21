# make demo-stop: ends the server that "make demo KEEP=1" left running.
stop_server demo
progress "the demo's server is stopped"
