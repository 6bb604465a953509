using System.CommandLine;
using System.Text.Json;
using Otedama.Asic;
using Otedama.Interop;

namespace Otedama;

/// <summary>Prints what a recorded reply, datagram or frame means.</summary>
internal static class AsicDecodeCommand
{
    public static Command Build(CommandContext context)
    {
        Command decode = new(
            "decode",
            "Print as JSON what a file means: a reply of a miner (cgminer, AxeOS, Antminer, Whatsminer, Avalon; "
                + "broken ones too), a report over UDP, lines of the accessory port, or frames of BM13xx chips or of a "
                + "bitaxe-raw control port, as bytes or as lines of hex digits. Asks no device.");
        Argument<string> file = new("FILE") { Description = "File with the bytes as they came." };
        Option<string?> chip = new("--chip")
        {
            Description = "Which chip frames are of, such as BM1370; both readings are given where chips differ.",
            HelpName = "NAME",
        };
        decode.Arguments.Add(file);
        decode.Options.Add(chip);
        decode.SetAction(result =>
        {
            string path = result.GetValue(file) ?? "";
            DecodedReply decoded = Read(path, context.Outside.Clock.GetUtcNow(), Family(result.GetValue(chip)));
            int code = decoded.Problem is null && decoded.Kind != "unknown" ? ExitCode.Done : ExitCode.BadAnswer;
            return context.Judge(result, decoded, FleetJson.Default.DecodedReply, static one =>
                JsonSerializer.Serialize(one, FleetJson.Default.DecodedReply).Split('\n'), code);
        });
        return decode;
    }

    private static ChipFamily? Family(string? chip) => chip is null ? null
        : ChipFamilies.ByName(chip) ?? throw new CommandException(
            ExitCode.Usage, $"--chip {chip}: not known; known are "
                + $"{string.Join(", ", ChipFamilies.All.Select(static family => family.Name))}.");

    private static DecodedReply Read(string path, DateTimeOffset now, ChipFamily? family)
    {
        try
        {
            return ReplyDecoder.Decode(GivenFile.ReadAll(path, ReplyDecoder.FileLimit), now, family);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException
            or NotSupportedException)
        {
            throw new CommandException(
                ExitCode.Usage, $"{path}: cannot be read ({e.Message}). Give a file with one recorded reply.");
        }
    }
}
