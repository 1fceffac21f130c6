"""Knowledge packs that come with averment: data folders, one for each pack, read by ``averment.load(NAME)``."""
