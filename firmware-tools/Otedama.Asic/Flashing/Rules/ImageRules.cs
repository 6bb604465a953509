using static Otedama.Asic.FlashRules;

namespace Otedama.Asic;

/// <summary>Rules 2 to 4: what the image is and whether it is for this device.</summary>
internal static class ImageRules
{
    /// <summary>Bytes of a slot of the boards known, where the device does not say.</summary>
    private const long AppMax = 4 << 20;

    /// <summary>Bytes of web pages of the boards known.</summary>
    private const long WwwMax = 3 << 20;

    private const int HashDigits = 64;

    public static (FlashCheckOutcome Outcome, string Says) Catalogue(FlashFacts facts)
    {
        ImageReport image = facts.Image;
        if (facts is { Purpose: ImagePurpose.Www, Entry: null, Image.Size: > 0 })
        {
            return Failed("Web pages have no form by which a file could be seen to be whole: only a signed catalogue "
                + "that has them can stand for them. Take the firmware that carries its pages, or sign a catalogue "
                + "(docs/operating/asic-flashing.md).");
        }
        if (!facts.IsWhole)
        {
            return Failed($"The image is not whole: {string.Join(" ", image.Problems().Take(3))}");
        }
        if (image.Size == 0)
        {
            return Failed("The file is empty: 0 bytes. Copy it again.");
        }
        if (facts.Purpose is ImagePurpose.Unknown or ImagePurpose.Bootloader)
        {
            return Failed($"The image ({image.Kind}) is of no kind that is written by itself.");
        }
        if (facts.Options.Www && image.Kind != "raw")
        {
            return Failed($"--www says the file is web pages, and it is {image.Kind}. Leave --www out.");
        }
        if (TooLarge(facts) is { } large)
        {
            return Failed(large);
        }
        if (facts.Options.TrustHash is { } typed && !facts.TrustsHash)
        {
            return Failed(typed.Length != HashDigits || !typed.All(char.IsAsciiHexDigit)
                ? $"--trust-hash wants all 64 hex digits of the image's SHA-256; {typed.Length} characters were given."
                : $"--trust-hash names {typed.ToLowerInvariant()}, and the image's SHA-256 is {image.Sha256}.");
        }
        if (facts.Entry is { } entry)
        {
            return entry.Size != image.Size
                ? Failed($"The catalogue has this hash with {entry.Size} bytes, and the file has {image.Size}. Tell "
                + "the catalogue's signer.")
                : entry.Kind != facts.Purpose
                ? Failed($"The catalogue has it as {entry.Kind}, and the file is {facts.Purpose}. Tell the "
                + "catalogue's signer.")
                : image.Version is { } told && told != entry.Version
                ? Failed($"The catalogue has it as version {entry.Version}, and the file says {told}. Tell the "
                + "catalogue's signer.")
                : Passed($"Whole ({image.Kind}, {image.Size} bytes), and in the catalogue as {entry.Family} "
                + $"{entry.Version}.");
        }
        return facts.TrustsHash
            ? Waived($"Whole ({image.Kind}, {image.Size} bytes); not in the catalogue, its hash was typed in full: "
            + $"{image.Sha256}.")
            : Unknown($"Whole ({image.Kind}, {image.Size} bytes), and its SHA-256 {image.Sha256} is in no catalogue. "
            + "If you know where it is from, type --trust-hash and that hash.");
    }

    public static (FlashCheckOutcome Outcome, string Says) Match(FlashFacts facts)
    {
        FlashDevice device = facts.Device;
        if ((WrongController(facts) ?? WrongFamily(facts)) is { } wrong)
        {
            return Failed(wrong);
        }
        if (facts.Options.Factory && device.Transport is FlashTransport.Network or FlashTransport.Storage)
        {
            return Failed($"--factory replaces the boot loader and all settings, which is done by serial only, and "
                + $"{device.Address} is reached by {(device.Transport == FlashTransport.Network ? "the network"
                : "a drive")}. Leave --factory out and give the application (esp-miner.bin), or connect it by its "
                + "serial port.");
        }
        if (facts.Options.Factory && facts.Purpose != ImagePurpose.Factory)
        {
            return Failed($"This is an image of kind {facts.Purpose.ToString().ToLowerInvariant()}; leave --factory "
                + "out, or give the factory image.");
        }
        if (IsNoBoard(facts.Board))
        {
            return Failed($"The device does not know its board ({device.Board ?? "nothing"}); an image for another "
                + "would be taken and would not run. "
                + (device.Transport == FlashTransport.Serial ? "Read the number off the board and give it as --board."
                : "Set its board first, or flash it by serial."));
        }
        if (facts.Options.Board is { } typed && !IsNoBoard(device.Board) && !Same(typed, device.Board))
        {
            return Failed($"--board says {typed}, and the device says {device.Board}. Leave --board out.");
        }
        if ((WrongTarget(facts) ?? WrongPackage(facts)) is { } target)
        {
            return Failed(target);
        }
        if (facts.Purpose == ImagePurpose.Factory && WrongFactory(facts) is { } factory)
        {
            return Failed(factory);
        }
        if (facts.Entry is not { } entry)
        {
            return facts.TrustsHash
                ? Waived("No catalogue says which boards it is for; whoever typed the hash knows that it is for "
                + $"board {facts.Board} with {device.Chip ?? "an unknown chip"}.")
                : Unknown("No catalogue says which boards it is for, and the image itself cannot: the device is "
                + $"board {facts.Board} with {device.Chip ?? "an unknown chip"}.");
        }
        if (device.Family is { } family && !Same(family, entry.Family))
        {
            return Failed($"The image is for {entry.Family}, and the device is {family}.");
        }
        if (!entry.Boards.Any(board => Same(board, facts.Board)))
        {
            return Failed($"The image is for board {string.Join(", ", entry.Boards.Take(16))}, and the device is "
                + $"board {facts.Board}.");
        }
        if (entry.Chips.Count > 0 && !entry.Chips.Any(chip => Same(chip, device.Chip)))
        {
            return device.Chip is null
                ? Unknown($"The image is for {string.Join(", ", entry.Chips.Take(16))}, and the device does not say "
                + "which chip it has.")
                : Failed($"The image is for {string.Join(", ", entry.Chips.Take(16))}, and the device has "
                + $"{device.Chip}.");
        }
        return Passed($"Board {facts.Board} with {device.Chip ?? "no chip told"} is among those of the catalogue's "
            + "entry.");
    }

    public static (FlashCheckOutcome Outcome, string Says) Downgrade(FlashFacts facts)
    {
        string? from = facts.Device.Version;
        string? to = facts.Version;
        if (facts.Purpose is ImagePurpose.Www)
        {
            return NotApplicable("Web pages carry no version that could be compared.");
        }
        if (from is null && facts.Options.Factory)
        {
            return NotApplicable(
                "The device has no firmware that says its version, and a factory image replaces all of it.");
        }
        if (facts.Entry?.MinFrom is { } least && VersionOrder.Compare(from, least) is null or < 0)
        {
            return Failed($"{to} may be written over {least} or newer, and the device has "
                + $"{from ?? "a version it does not say"}. Update to {least} first.");
        }
        return VersionOrder.Compare(to, from) switch
        {
            > 0 => Passed($"{from} to {to}."),
            0 when facts.Options.Force => Waived($"The device has {from} already; --force writes it again."),
            0 => Failed($"The device has {from} already. --force writes it again."),
            < 0 when !facts.Options.AllowDowngrade =>
                Failed($"{to} is older than {from}, which the device has. --allow-downgrade goes back where the "
                + "catalogue allows it."),
            < 0 when facts.Entry is not { AllowDowngrade: true } =>
                Failed($"{to} is older than {from}, and no catalogue entry allows it to be gone back to: "
                + "--allow-downgrade needs one with allow_downgrade."),
            < 0 => Waived($"{to} is older than {from}; --allow-downgrade was given."),
            _ when facts.Options.AllowDowngrade =>
                Waived($"Which is older, {to ?? "an unknown version"} or {from ?? "an unknown version"}, cannot be "
                + "told; --allow-downgrade was given."),
            _ => Unknown($"Which is older, {to ?? "an image without version"} or "
                + $"{from ?? "what the device does not say"}, cannot be told. --allow-downgrade writes it all the "
                + "same."),
        };
    }

    private static string? TooLarge(FlashFacts facts)
    {
        long size = facts.Image.Size;
        return facts.Purpose switch
        {
            ImagePurpose.App when SlotSize(facts, static name => name.StartsWith("ota", StringComparison.Ordinal))
                is var room && size > room =>
                $"The image has {size} bytes, and a slot of the device {room}.",
            ImagePurpose.Www when (SlotSize(facts, static name => name == "www") is var room)
                && size > Math.Min(room, WwwMax) =>
                $"The web pages have {size} bytes, and their place {Math.Min(room, WwwMax)}.",
            ImagePurpose.Factory when facts.Device.FlashSize is { } flash && size > flash =>
                $"The image has {size} bytes, and the flash of the device {flash}.",
            _ => null,
        };
    }

    private static long SlotSize(FlashFacts facts, Func<string, bool> isIt) =>
        facts.Device.Slots.Where(slot => isIt(slot.Name) && slot.Size is not null).Min(static slot => slot.Size)
            ?? AppMax;

    private static string? WrongController(FlashFacts facts)
    {
        string? runs = facts.Image.Controller;
        string? has = facts.Device.Controller;
        bool isPackage = facts.Purpose == ImagePurpose.Bmu;
        return facts.Device.SecureBoot == true
            ? "The fuses of the device allow only what its vendor signed (secure boot); nothing is written."
            : facts.Device.SecureDownload == true
            ? "The fuses of the device close its loader (secure download); nothing is written."
            : runs is not null && has is not null && !Same(runs, has)
            ? $"The image runs on {runs}, and the device has {has}."
            : isPackage && has is not (null or FlashDeviceFile.Linux)
            ? $"The image is a package for control boards with Linux, and the device has {has}."
            : facts.Purpose == ImagePurpose.Www
                && new[] { has, FlashDeviceFile.ControllerOf(facts.Device.Family) }.FirstOrDefault(static one =>
                    one?.StartsWith("ESP32", StringComparison.OrdinalIgnoreCase) == false) is { } other
            ? $"Web pages are written to controllers of the ESP32 family, and the device has {other}."
            : !isPackage && runs is null && has == FlashDeviceFile.Linux
            ? $"The device has a control board with Linux, and the image ({facts.Image.Kind}) is no package for one."
            : null;
    }

    /// <summary>An image that calls itself by another family, model, chip or board than the device's. Both firmwares
    /// are called esp-miner as they are published, so silence proves nothing.</summary>
    private static string? WrongFamily(FlashFacts facts)
    {
        if (facts.Image.Kind != "raw" && !facts.Image.Kind.StartsWith("esp-", StringComparison.Ordinal))
        {
            return null;
        }
        ImageMark name = ImageMarks.OfName(Path.GetFileName(facts.ImagePath));
        return facts.Image.Marks.Append(name).Select(mark => Contradiction(facts, mark)).FirstOrDefault(
            static says => says is not null) ?? OtherProgram(facts);
    }

    private static string? Contradiction(FlashFacts facts, ImageMark mark)
    {
        FlashDevice device = facts.Device;
        bool isHint = !mark.IsOwnWord && facts.Entry is not null; // a catalogue knows better, but of one Nerd board
        string? family = ImageMarks.FamilyOf(device.Family) ?? ImageMarks.FamilyOf(device.Model)
            ?? (ImageMarks.ModelOf(device.Model) is null ? null : "Bitaxe");
        string? nerd = ImageMarks.NerdOf(device.Model) ?? ImageMarks.NerdOf(device.Family);
        (string Image, string Device)? wrong =
            !isHint && mark.Family is { } told && family is not null && !Same(told, family)
            ? (told, device.Family ?? device.Model!)
            : device.Model is not null && nerd is not null && Lacks(mark.Nerds, nerd)
            ? (string.Join(", ", mark.Nerds), device.Model)
            : !isHint && ImageMarks.ModelOf(device.Model) is { } has && Lacks(mark.Models, has)
            ? ($"the model {mark.Models[0]}", device.Model!)
            : !IsNoBoard(facts.Board) && Lacks(mark.Boards, facts.Board!)
            ? ($"board {string.Join(", ", mark.Boards.Take(8))}", $"board {facts.Board}")
            : device.Chip is { } chip && Lacks(mark.Chips, chip)
            ? (string.Join(", ", mark.Chips.Take(8)), $"one with {chip}") : null;
        return wrong is not { } two ? null
            : $"The image is for {two.Image} ({mark.Says}), and the device is {two.Device}. Take the image that is "
            + "published for this device.";
    }

    private static bool Lacks(IReadOnlyList<string> named, string own) =>
        named.Count > 0 && !named.Any(one => Same(one, own));

    /// <summary>Programs of mining boards are called esp-miner or by their family.</summary>
    private static string? OtherProgram(FlashFacts facts)
    {
        string? project = facts.Image.Project;
        bool isKnown = project is null || ImageMarks.FamilyOf(project) is not null
            || project.Contains("esp-miner", StringComparison.OrdinalIgnoreCase);
        return isKnown || facts.Entry is not null || facts.Device.Family is "NerdMiner" ? null
            : $"The image calls its program \"{project}\"; \"esp-miner\" or a name with the board's family is "
            + "allowed. Only a catalogue can stand for a program of another name.";
    }

    private static string? WrongPackage(FlashFacts facts) =>
        facts.Image.Kind == VendorPackageKind.KindName && Same(facts.Device.Family, "Antminer")
        && !facts.Image.Facts.Any(static fact => fact.Value == VendorPackageKind.Script)
        ? $"The package has no {VendorPackageKind.Script}, which is what an Antminer runs of one. Take the package "
        + "that is published for this model." : null;

    private static string? WrongTarget(FlashFacts facts)
    {
        IReadOnlyList<ImageTarget> targets = facts.Image.Targets;
        FlashDevice device = facts.Device;
        bool fits = targets.Count == 0 || targets.Any(target =>
            (target.Model is null || Same(target.Model, device.Model)
                || (device.Model?.EndsWith(" " + target.Model, StringComparison.OrdinalIgnoreCase) ?? false))
            && (target.Board is null || Same(target.Board, facts.Board))
            && (target.UsbId is null || Same(target.UsbId, device.UsbId)));
        return fits ? null
            : $"The image says it is for {string.Join(", ", targets.Take(8).Select(Words))}, and the device is "
            + $"{device.Model ?? "of unknown model"}, board {facts.Board}"
                + (device.UsbId is { } usb ? $", USB {usb}." : ".");
    }

    private static string Words(ImageTarget target) =>
        string.Join(" ",
            new[] { target.Model, target.Board is null ? null : $"board {target.Board}", target.UsbId is null ? null
            : $"USB {target.UsbId}" }.OfType<string>());

    private static string? WrongFactory(FlashFacts facts)
    {
        string name = Path.GetFileName(facts.ImagePath);
        bool named = name.Split('-', '_', '.').Any(part => Same(part, facts.Board));
        return facts.Device.Transport is FlashTransport.Network or FlashTransport.Storage
            ? "A factory image replaces the boot loader and all settings; it is written by serial only."
            : !facts.Options.Factory
            ? "This is a factory image: it replaces the boot loader and all settings, pool and payout address with "
            + "them. --factory says you want that."
            : !named ? "The name of a factory image has its board in it, as "
            + $"esp-miner-factory-{facts.Board}-v2.14.2.bin, and this is {name}."
            : facts.Entry is null && facts.Image.Targets.Count == 0
            ? "The factory image has no board in its settings (blank, or without boardversion), so nothing in it says "
            + "which it is for. Take one with settings, or one that a catalogue has."
            : null;
    }

    private static bool Same(string? a, string? b) => a is not null && a.Equals(b, StringComparison.OrdinalIgnoreCase);
}
