using System.CommandLine;
using Otedama.Asic;

namespace Otedama;

/// <summary>Shows the signed catalogue once its signature was found good.</summary>
internal static class AsicCatalogueCommand
{
    internal static Command Build(CommandContext context)
    {
        Command catalogue = new("catalogue", "Check the signature of the image catalogue and list what is in it.");
        AsicFlashing flashing = new();
        catalogue.Options.Add(flashing.Catalogue);
        catalogue.SetAction(result => AsicFlashing.GuardAsync(() =>
        {
            FlashCatalogue found = flashing.OpenCatalogue(context.Load(result), result)
                ?? throw new CommandException(
                ExitCode.Configuration,
                "No catalogue is configured: set asic.catalogue to the file, or give --catalogue FILE.");
            context.Answer(result, new AsicCatalogueAnswer(1, found.Name, found.Issued, found.Entries),
                AnswerJson.Default.AsicCatalogueAnswer, Lines);
            return Task.FromResult(ExitCode.Done);
        }));
        return catalogue;
    }

    private static IEnumerable<string> Lines(AsicCatalogueAnswer answer)
    {
        yield return $"{answer.Name}, issued {answer.Issued:yyyy-MM-dd}, {answer.Entries.Count} images; the signature "
            + "is good.";
        foreach (CatalogueEntry entry in answer.Entries)
        {
            yield return $"{entry.Family} {entry.Version} {entry.Kind.ToString().ToLowerInvariant()} for board {string.Join(",", entry.Boards)} with {string.Join(",", entry.Chips)}, {entry.Size} bytes";
            yield return $"    {entry.Sha256}{(entry.Notes is { } notes ? $"  {notes}" : "")}";
        }
    }
}

internal sealed record AsicCatalogueAnswer(
    int Schema, string Name, DateTimeOffset Issued, IReadOnlyList<CatalogueEntry> Entries);
