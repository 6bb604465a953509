using System.CommandLine;
using Otedama.Asic;

namespace Otedama;

/// <summary>What the verbs that write firmware share: options, catalogue, folders, and sentences instead of
/// exceptions.</summary>
internal sealed class AsicFlashing
{
    /// <summary>Everything that is recognised.</summary>
    public static ImageInspector Inspector { get; } = new([.. EspKinds.All, .. LoaderKinds.All]);

    public Option<string?> TrustHash { get; } =
        new("--trust-hash")
        {
            Description = "SHA-256 of an image that is in no catalogue, all 64 hex digits.",
            HelpName = "SHA256"
        };

    public Option<bool> AllowDowngrade { get; } =
        new("--allow-downgrade") { Description = "Write an older version, where the catalogue allows it." };

    public Option<bool> Force { get; } = new("--force") { Description = "Write the version that is there already." };

    public Option<bool> Factory { get; } =
        new("--factory")
        {
            Description =
        "Replace everything from the boot loader on, settings and payout address included; by serial only."
        };

    public Option<bool> Www { get; } = new("--www") { Description = "The file is web pages." };

    public Option<string?> Board { get; } =
        new("--board") { Description = "Number on the board, where the device does not know it.", HelpName = "BOARD" };

    public Option<string?> Catalogue { get; } =
        new("--catalogue") { Description = "Signed catalogue; default: asic.catalogue.", HelpName = "FILE" };

    public IEnumerable<Option> Options => [TrustHash, AllowDowngrade, Force, Factory, Www, Board, Catalogue];

    public FlashOptions Of(ParseResult result) => new()
    {
        TrustHash = result.GetValue(TrustHash),
        AllowDowngrade = result.GetValue(AllowDowngrade),
        Force = result.GetValue(Force),
        Factory = result.GetValue(Factory),
        Www = result.GetValue(Www),
        Board = result.GetValue(Board),
    };

    /// <summary>Null where none is configured and none was given.</summary>
    public FlashCatalogue? OpenCatalogue(Configuration configuration, ParseResult result)
    {
        string path = result.GetValue(Catalogue) ?? configuration.Get(Settings.AsicCatalogue);
        return path.Length == 0 ? null : FlashCatalogue.Open(path, configuration.Get(Settings.AsicCatalogueKeys));
    }

    /// <summary>What --image names. Throws CommandException when it is missing.</summary>
    public static string Named(string? image) => image
        ?? throw new CommandException(ExitCode.Usage, "--image is missing: the firmware to write.");

    /// <summary>Where plans, backups and ledgers are.</summary>
    public static string RootOf(Configuration configuration, CommandContext context) =>
        FolderIn(DataDirectory.Locate(configuration, context.Outside.Environment));

    /// <param name="root">Of the data directory.</param>
    public static string FolderIn(string root) => Path.Combine(root, "asic", "flash");

    /// <summary>Runs it; what flashing says in an exception becomes the verb's sentence.</summary>
    public static async Task<int> GuardAsync(Func<Task<int>> verb)
    {
        try
        {
            return await verb();
        }
        catch (Exception e) when (AsicFaults.Of(e) is { } fault)
        {
            throw fault;
        }
    }

    /// <summary>A line a check, worst first.</summary>
    public static IEnumerable<string> Lines(IEnumerable<FlashCheck> checks) => checks
        .Select(static check => $"  {check.Rule,2} {check.Name,-11} {Word(check.Outcome),-9} {check.Says}");

    private static string Word(FlashCheckOutcome outcome) => outcome switch
    {
        FlashCheckOutcome.Passed => "ok",
        FlashCheckOutcome.Failed => "REFUSED",
        FlashCheckOutcome.Unknown => "UNKNOWN",
        FlashCheckOutcome.Waived => "waived",
        FlashCheckOutcome.DuringRun => "later",
        _ => "-",
    };
}
