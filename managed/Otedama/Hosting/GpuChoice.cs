using System.CommandLine;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Mining;

namespace Otedama;

/// <summary>Which graphics cards a rig mines with, from its settings and what the machine shows.</summary>
internal static class GpuChoice
{
    /// <summary>As many devices as the native code lists.</summary>
    public const int GpusMax = 64;

    /// <summary>Of a launch's nonces, as a power of two; 0 = measured.</summary>
    public const int IntensityMax = 30;

    public const int IntensityMin = 6;

    /// <summary>Below the data directory. Nothing is lost when it is removed.</summary>
    public const string ProgramsFolder = "gpu-cache";

    public static bool WantsAny(Configuration configuration) =>
        configuration.Get(Settings.Gpus).Count > 0 || configuration.Get(Settings.GpuThreads) > 0;

    /// <summary>
    /// Opens drivers only when cards are asked for. Throws ConfigurationException for a list that cannot be read, and
    /// CommandException for cards that were named and cannot be used; a number of cards is only noted when there are
    /// fewer. What their drivers compile is kept in the data directory.
    /// </summary>
    public static IReadOnlyList<GpuInfo> Of(Configuration configuration, Work work, string dataRoot,
        Action<string> note)
    {
        if (!WantsAny(configuration))
        {
            return [];
        }
        KeepPrograms(dataRoot, note);
        IReadOnlyList<GpuInfo> all = Find();
        foreach (string problem in GpuProbe.OfThisProcess?.Problems ?? [])
        {
            note(problem);
        }
        return configuration.Get(Settings.Gpus).Count > 0
            ? Named(configuration, Settings.Gpus, work, all)
            : First(configuration, work, all, note);
    }

    /// <summary>The card of a number, and a sentence that says what there is when it is none.</summary>
    public static GpuInfo One(int index, string what)
    {
        IReadOnlyList<GpuInfo> all = Find();
        return index >= 0 && index < all.Count
            ? all[index]
            : throw Unusable($"{what}: there is no graphics card {index}. {There(all)}");
    }

    /// <summary>Throws ConfigurationException for a card that is named twice.</summary>
    public static void RequireOnce(IReadOnlyList<int> numbers, string what)
    {
        if (numbers.GroupBy(static number => number).FirstOrDefault(static group => group.Count() > 1) is { } twice)
        {
            throw new ConfigurationException($"{what}: graphics card {twice.Key} is named twice. Name it once.");
        }
    }

    /// <summary>
    /// Locks cards as a rig does, until what is returned is disposed of. Throws CommandException naming the process that
    /// has one; says so where no lock can be had.
    /// </summary>
    public static IDisposable Hold(IEnumerable<GpuInfo> cards, CommandContext context)
    {
        IReadOnlyList<string> folders =
            CardLock.FoldersFor(context.Outside.Environment.GetValueOrDefault(CardLock.Variable));
        HeldCards held = new();
        try
        {
            foreach (GpuInfo card in cards.DistinctBy(CardLock.FileNameOf)) // one behind two interfaces is one
            {
                if (CardLock.Take(card, folders) is { } taken)
                {
                    held.Add(taken);
                }
                else
                {
                    context.Say($"graphics card {card.Index} ({card.Device.Name}) is not locked: "
                        + $"{string.Join(" and ", folders)} cannot be written. See that no other program uses it.");
                }
            }
            return held;
        }
        catch (IOException e)
        {
            held.Dispose();
            throw Unusable($"{e.Message}.");
        }
    }

    /// <summary>Why there is no card; one sentence or more.</summary>
    public static string NoneBecause()
    {
        IEnumerable<string> broken = GpuProbe.OfThisProcess?.Problems ?? [];
        IReadOnlyList<string> reasons = [.. broken.Select(static problem => problem.TrimEnd('.')), .. Gpus.Reasons()];
        string? only = Environment.GetEnvironmentVariable("OTEDAMA_GPU");
        return reasons.Count > 0 ? string.Join(" ", reasons.Select(static reason => $"{reason}."))
            : string.IsNullOrEmpty(only) ? "This build has no GPU backends."
            : $"OTEDAMA_GPU={SettingTypes.Shorten(only)} leaves none.";
    }

    /// <summary>
    /// Where nothing but simulators is there: why each interface shows no card, a sentence each. Else empty.
    /// </summary>
    public static IReadOnlyList<string> NoCardBecause(IReadOnlyList<GpuInfo> all) =>
        all.All(static gpu => gpu.IsSimulator) ? [.. Gpus.Reasons().Select(static reason => $"{reason}.")] : [];

    /// <summary>Opens only drivers that another process could open, where that can be tried.</summary>
    public static IReadOnlyList<GpuInfo> Find()
    {
        CheckEnvironment();
        return GpuProbe.OfThisProcess is { } probe ? Gpus.Find(probe.Backends) : Gpus.Find();
    }

    /// <summary>Throws ConfigurationException when OTEDAMA_GPU names what does not exist; opens no driver.</summary>
    public static void CheckEnvironment()
    {
        try
        {
            Catalogue.OpenDevices(1u << (int)DeviceBackend.Cpu);
        }
        catch (NativeException e) when (e.StatusName == "OTD_E_ARGUMENT")
        {
            throw new ConfigurationException($"{e.Detail}.");
        }
    }

    /// <summary>Algorithms a card can search.</summary>
    public static string[] AlgorithmsOf(GpuInfo gpu) =>
    [
        .. Catalogue.Algorithms()
            .Where(info => gpu.Flavours(info.Algorithm).Count > 0).Select(static info => info.Name),
    ];

    /// <summary>Adds a problem when a pool's shares are to be checked by cards that have no kernel for it. Opens no
    /// driver.</summary>
    public static void CheckChecking(Configuration configuration, Work? work, List<string> problems)
    {
        if (work is not null && configuration.Get(Settings.CheckGpus).Count > 0
            && (work.PluginName is not null || !work.Facts.IsCheckedByCards))
        {
            IEnumerable<string> names =
                AlgorithmFacts.All.Where(static facts => facts.IsCheckedByCards).Select(static facts => facts.Name);
            problems.Add($"{configuration.KeyOf(Settings.CheckGpus)}: graphics cards check "
                + $"{string.Join(", ", names)}, and this pool is for {work.Name} "
                + $"({configuration.Of(Settings.CheckGpus).Place}). Leave it out.");
        }
    }

    /// <summary>Cards that check a pool's shares. As Of.</summary>
    public static IReadOnlyList<GpuInfo> Checking(
        Configuration configuration, Work work, string dataRoot, Action<string> note)
    {
        if (configuration.Get(Settings.CheckGpus).Count == 0)
        {
            return [];
        }
        KeepPrograms(dataRoot, note);
        return Named(configuration, Settings.CheckGpus, work, Find());
    }

    /// <summary>
    /// What drivers compile, and the logs of compilers that refuse a kernel, go to the data directory from now on, which
    /// exists; only noted where that cannot be.
    /// </summary>
    public static void KeepPrograms(string dataRoot, Action<string> note)
    {
        try
        {
            Catalogue.KeepPrograms(Path.Combine(dataRoot, ProgramsFolder));
        }
        catch (NativeException e)
        {
            note(NotKept($"{e.Detail}."));
        }
    }

    /// <summary>The same in the data directory of a verb's settings, made where it is missing.</summary>
    public static void KeepPrograms(CommandContext context, ParseResult result)
    {
        try
        {
            string root = DataDirectory.Locate(context.Load(result), context.Outside.Environment);
            DataDirectory.MakePrivate(root, allowLoose: true); // the instance that opens it judges it
            KeepPrograms(root, context.Say);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            context.Say(NotKept(e.Message));
        }
        catch (ConfigurationException e)
        {
            context.Say(NotKept(string.Join(' ', e.Problems)));
        }
    }

    private static string NotKept(string reason) =>
        $"what graphics cards' drivers compile is not kept, so each start compiles again: {reason}";

    private static List<GpuInfo> Named(
        Configuration configuration, Setting<IReadOnlyList<string>> setting, Work work, IReadOnlyList<GpuInfo> all)
    {
        string what = $"{configuration.KeyOf(setting)} ({configuration.Of(setting).Place})";
        IReadOnlyList<string> given = configuration.Get(setting);
        if (!CpuSet.TryParse(given, out IReadOnlyList<int> numbers, out string? problem, "card"))
        {
            throw new ConfigurationException($"{what}: {problem}.");
        }
        RequireOnce(numbers, what);
        List<GpuInfo> chosen = [];
        foreach (int number in numbers)
        {
            GpuInfo gpu = number < all.Count
                ? all[number]
                : throw Unusable($"{what}: there is no graphics card {number}. {There(all)}");
            if (gpu.IsSimulator && !configuration.Get(Settings.GpuSimulator))
            {
                throw Unusable($"{what}: {number} ({gpu.Device.Name}) is this machine's processor behind a graphics card's "
                    + "interface, slower than CPU workers. Give --gpu-simulator or mining.workers.gpu_simulator: true to use it "
                    + "all the same."
                    + string.Concat(NoCardBecause(all).Select(static reason => $" {reason}")));
            }
            if (gpu.Flavours(work.Algorithm).Count == 0)
            {
                throw Unusable($"{what}: {work.Name} has no kernel for graphics cards in this version; "
                    + $"{string.Join(", ", AlgorithmsOf(gpu))} have. Leave the cards out, or mine another algorithm.");
            }
            if (chosen.FirstOrDefault(other => BoardOf(other) == BoardOf(gpu)) is { } twice)
            {
                throw Unusable($"{what}: {twice.Index} and {number} are one card behind two interfaces. Name one of them.");
            }
            chosen.Add(gpu);
        }
        return chosen;
    }

    private static GpuInfo[] First(
        Configuration configuration, Work work, IReadOnlyList<GpuInfo> all, Action<string> note)
    {
        int wanted = configuration.Get(Settings.GpuThreads);
        string key = configuration.KeyOf(Settings.GpuThreads);
        bool simulators = configuration.Get(Settings.GpuSimulator);
        GpuInfo[] usable = [.. all.Where(gpu => gpu.TwinOf is null && (simulators || !gpu.IsSimulator))];
        bool alone = configuration.Get(Settings.CpuThreads) == SettingTypes.None;
        if (usable.Length > 0 && usable[0].Flavours(work.Algorithm).Count == 0)
        {
            if (alone)
            {
                throw Unusable($"{key}: {work.Name} has no kernel for graphics cards in this version, and there "
                    + "are no CPU "
                    + $"workers ({configuration.KeyOf(Settings.CpuThreads)}: none), so nothing would mine.");
            }
            note($"{key}: {wanted}, and {work.Name} has no kernel for graphics cards in this version, so only CPU workers "
                + "mine.");
            return [];
        }
        if (usable.Length < wanted)
        {
            string why = all.Count == 0 ? $" {NoneBecause()}"
                : string.Concat(NoCardBecause(all).Select(static reason => $" {reason}"));
            if (alone && usable.Length == 0)
            {
                throw Unusable($"{key}: {wanted}, and this machine has no graphics card to mine with and no CPU "
                    + $"workers ({configuration.KeyOf(Settings.CpuThreads)}: none), so nothing would mine.{why}");
            }
            note($"{key}: {wanted}, and this machine has {usable.Length} graphics cards to mine with.{why}");
        }
        return usable[..Math.Min(wanted, usable.Length)];
    }

    private static int BoardOf(GpuInfo gpu) => gpu.TwinOf ?? gpu.Index;

    private static string There(IReadOnlyList<GpuInfo> all) => all.Count switch
    {
        0 => $"There is none. {NoneBecause()}",
        1 => $"There is 0 ({all[0].Device.Name}).",
        _ => $"There are 0 to {all.Count - 1}; `otedama gpu list` shows them.",
    };

    private static CommandException Unusable(string sentence) => new(ExitCode.Unsupported, sentence);

    private sealed class HeldCards : List<CardLock>, IDisposable
    {
        public void Dispose() => ForEach(static card => card.Dispose());
    }
}
