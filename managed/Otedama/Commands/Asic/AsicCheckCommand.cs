using System.CommandLine;
using Otedama.Asic;

namespace Otedama;

/// <summary>Judges a file for a device without touching either.</summary>
internal static class AsicCheckCommand
{
    internal static Command Build(CommandContext context)
    {
        Command check = new(
            "check", "Say whether an image may be written to a device, by every rule. Opens no device; exit code 0 "
            + "only when it may.");
        Argument<string> image = new("image") { Description = "Firmware of any kind.", HelpName = "IMAGE" };
        Option<string> device = new("--device")
        {
            Description = "JSON of a device: the reply of /api/system/info, an otedama reading, or {family, board, "
                + "chip, version, ...}.",
            HelpName = "FILE",
            Required = true,
        };
        AsicFlashing flashing = new();
        check.Arguments.Add(image);
        check.Options.Add(device);
        foreach (Option option in flashing.Options)
        {
            check.Options.Add(option);
        }
        check.SetAction(result => AsicFlashing.GuardAsync(() =>
        {
            string path = result.GetValue(image)!;
            FlashCatalogue? catalogue = flashing.OpenCatalogue(context.Load(result), result);
            AsicCheckAnswer answer =
                Judge(path, FlashDeviceFile.Read(result.GetValue(device)!), catalogue, flashing.Of(result));
            int code = answer.MayBeWritten ? ExitCode.Done : ExitCode.BadAnswer;
            return Task.FromResult(
                context.Judge(result, answer, AnswerJson.Default.AsicCheckAnswer, Lines, code));
        }));
        return check;
    }

    internal static AsicCheckAnswer Judge(
        string path, FlashDevice device, FlashCatalogue? catalogue, FlashOptions options)
    {
        ImageReport image = AsicFlashing.Inspector.InspectFile(path, out _);
        FlashFacts facts =
            new()
            {
                Device = device,
                Image = image,
                ImagePath = path,
                Entry = catalogue?.Find(image.Sha256),
                Options =
            options
            };
        IReadOnlyList<FlashCheck> checks = FlashRules.Check(facts);
        string[] why = [.. checks.Where(
            static check => check.Outcome is FlashCheckOutcome.Failed or FlashCheckOutcome.Unknown)
            .Select(static check => $"rule {check.Rule} ({check.Name}): {check.Says}")];
        bool onlyTrust =
            !checks.Any(static check => check.Outcome == FlashCheckOutcome.Failed
            || check is { Outcome: FlashCheckOutcome.Unknown, Rule: not (2 or 3) });
        string verdict = why.Length == 0 ? "may_be_written" : onlyTrust && facts.Entry is null && !facts.TrustsHash
            ? "nobody_stands_for_it" : "refused";
        return new AsicCheckAnswer(
            1, why.Length == 0, verdict, facts.IsWhole, facts.Entry is not null ? "catalogue" : facts.TrustsHash ? "hash"
            : null, why, checks, image, device);
    }

    private static IEnumerable<string> Lines(AsicCheckAnswer answer)
    {
        ImageReport image = answer.Image;
        yield return $"{image.Kind}, {image.Size} bytes, {image.Project ?? "no project told"} "
            + $"{image.Version ?? "no version told"}, for {image.Controller ?? "a controller it does not tell"}";
        yield return $"SHA-256 {image.Sha256}";
        foreach (string problem in image.Problems())
        {
            yield return $"  {problem}";
        }
        foreach (string bare in image.NotCovered)
        {
            yield return $"  not covered: {bare}";
        }
        foreach (string line in AsicFlashing.Lines(answer.Checks))
        {
            yield return line;
        }
        yield return answer.Verdict switch
        {
            "may_be_written" => "It may be written.",
            "nobody_stands_for_it" =>
                "It may not be written: nothing else speaks against it, but neither a catalogue nor a typed hash "
                + "stands for it.",
            _ => "It may not be written.",
        };
    }
}

/// <param name="Verdict">may_be_written; nobody_stands_for_it, when only a catalogue or --trust-hash is missing;
/// refused.</param>
/// <param name="ImageSound">The file is whole, whatever device it is for.</param>
/// <param name="TrustedBy">catalogue or hash; null = nobody stands for it.</param>
/// <param name="Why">Each rule that refuses, in a sentence; empty = it may be written.</param>
internal sealed record AsicCheckAnswer(
    int Schema,
    bool MayBeWritten,
    string Verdict,
    bool ImageSound,
    string? TrustedBy,
    IReadOnlyList<string> Why,
    IReadOnlyList<FlashCheck> Checks,
    ImageReport Image,
    FlashDevice Device);
