"""The pack as written: its files, each of the shape its schema asks for, and the grammar of cells and expressions."""
