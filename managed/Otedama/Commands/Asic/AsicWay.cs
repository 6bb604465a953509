using System.CommandLine;
using Otedama.Asic;

namespace Otedama;

/// <summary>How a verb that writes or reads a controller may go to it.</summary>
/// <param name="AllowPublic">An address that is no private one is the operator's.</param>
/// <param name="Stub">A loader for the memory of an ESP32-S3; null = the chip's own.</param>
internal sealed record AsicWay(
    bool AllowPublic = false, EspStub? Stub = null, WhatsminerUpload Whatsminer = WhatsminerUpload.Off)
{
    /// <summary>What a verb for an ESP32-S3 takes.</summary>
    public static Option<string?> StubOption() => new("--stub")
    {
        Description = "A loader for the chip's memory, faster than its own: JSON with entry, text, text_start, data, "
            + "data_start. None comes with otedama.",
        HelpName = "FILE",
    };

    public static Option<bool> PublicOption() =>
        new("--allow-public") { Description = "Also where the device's address is no private one." };

    public static Option<string> WhatsminerOption() => new("--whatsminer-upload")
    {
        Description = "How a Whatsminer is given a package: off (default), same_connection, new_connection. Neither "
            + "was seen on a device: only for one that you can lose.",
        HelpName = "WAY",
        DefaultValueFactory = static _ => "off",
    };

    /// <summary>Throws CommandException for a word that is none and for a file that is no stub.</summary>
    public static AsicWay Of(bool allowPublic, string? stub, string whatsminer = "off") => new(
        allowPublic, stub is null ? null : StubOf(stub), whatsminer switch
        {
            "off" => WhatsminerUpload.Off,
            "same_connection" => WhatsminerUpload.SameConnection,
            "new_connection" => WhatsminerUpload.NewConnection,
            _ => throw new CommandException(ExitCode.Usage,
                $"--whatsminer-upload: \"{SettingTypes.Shorten(whatsminer)}\" is not off, same_connection or "
                + "new_connection."),
        });

    private static EspStub StubOf(string path)
    {
        try
        {
            return EspStub.Open(path);
        }
        catch (InvalidDataException e)
        {
            throw new CommandException(ExitCode.BadAnswer, e.Message);
        }
    }
}
