"""What the shop sells: category codes with their share of views, price level, appeal and brands."""

from typing import NamedTuple


class Category(NamedTuple):
    """A category code; appeal is how readily its products are carted, 1 is average."""

    code: str
    share: float
    median_price: float
    appeal: float
    brands: tuple[str, ...]


# share of views in percent of the whole file; the misspellings are the real file's
CODELESS_SHARE = 26.69
CATEGORIES = (
    Category("computers.components.videocards", 10.96, 380, 1.9,
             ("msi", "gigabyte", "palit", "asus", "sapphire", "powercolor", "zotac", "inno3d")),
    Category("electronics.telephone", 8.44, 60, 0.6,
             ("samsung", "panasonic", "nokia", "apple", "gigaset", "ritmix", "xiaomi")),
    Category("computers.peripherals.printer", 4.22, 190, 1.4,
             ("canon", "hp", "epson", "brother", "xerox", "pantum", "kyocera")),
    Category("stationery.cartrige", 3.70, 26, 0.9,
             ("canon", "hp", "cactus", "epson", "brother", "profiline")),
    Category("electronics.audio.acoustic", 2.78, 60, 0.8,
             ("pioneer", "sony", "kicx", "jbl", "alpine", "sven", "edifier")),
    Category("computers.components.motherboard", 3.60, 105, 1.2,
             ("asus", "gigabyte", "asrock", "msi", "biostar")),
    Category("computers.components.cpu", 3.10, 190, 1.5, ("amd", "intel")),
    Category("computers.notebook", 3.05, 620, 0.7,
             ("asus", "lenovo", "hp", "acer", "dell", "msi")),
    Category("computers.peripherals.monitor", 2.40, 190, 1.0,
             ("samsung", "aoc", "lg", "philips", "benq", "acer", "iiyama")),
    Category("computers.components.memory", 2.30, 50, 1.1,
             ("kingston", "hyperx", "crucial", "corsair", "gskill", "samsung")),
    Category("computers.components.hdd", 2.20, 75, 1.1,
             ("seagate", "toshiba", "wd", "samsung", "kingston", "adata")),
    Category("computers.components.power_supply", 1.90, 65, 1.1,
             ("chieftec", "aerocool", "corsair", "bequiet", "zalman", "seasonic")),
    Category("computers.components.cooler", 1.80, 25, 1.1,
             ("deepcool", "noctua", "zalman", "arctic", "bequiet", "thermaltake")),
    Category("computers.peripherals.mouse", 1.70, 25, 0.9,
             ("logitech", "razer", "a4tech", "asus", "steelseries", "sven")),
    Category("computers.peripherals.keyboard", 1.60, 35, 0.9,
             ("logitech", "razer", "a4tech", "hyperx", "sven", "defender")),
    Category("electronics.audio.headphone", 2.10, 35, 0.8,
             ("sony", "jbl", "hyperx", "sennheiser", "philips", "panasonic")),
    Category("electronics.video.tv", 1.90, 330, 0.7,
             ("samsung", "lg", "sony", "philips", "panasonic", "hisense")),
    Category("electronics.camera.photo", 1.20, 420, 2.4,
             ("canon", "nikon", "sony", "panasonic", "fujifilm")),
    Category("computers.network.router", 1.80, 40, 1.0,
             ("tp-link", "asus", "mikrotik", "d-link", "keenetic", "netgear")),
    Category("auto.accessories.player", 3.20, 80, 0.6,
             ("pioneer", "alpine", "sony", "jvc", "kenwood", "sirius")),
    Category("appliances.kitchen.refrigerators", 1.40, 330, 0.4,
             ("bosch", "lg", "samsung", "beko", "indesit", "gorenje")),
    Category("appliances.environment.vacuum", 1.30, 110, 0.6,
             ("samsung", "philips", "bosch", "xiaomi", "karcher", "thomas")),
    Category("construction.tools.drill", 2.10, 80, 0.7,
             ("makita", "bosch", "dewalt", "metabo", "hitachi", "einhell")),
    Category("furniture.living_room.cabinet", 1.55, 70, 0.2, ("sirius", "brateck", "ikea")),
    Category("apparel.glove", 0.80, 12, 0.3, ("stanley", "husqvarna", "makita")),
    Category("accessories.bag", 1.20, 30, 0.6, ("riva", "hama", "lowepro", "dell", "wenger")),
    Category("kids.toys", 1.01, 22, 0.4, ("lego", "hasbro", "mattel")),
)  # fmt: skip
