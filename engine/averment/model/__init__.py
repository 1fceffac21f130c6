"""The pack understood: every name resolved, every term typed; and cases read against its vocabulary."""
