using System.Text;
using System.Text.Json;

namespace Otedama.Asic;

/// <summary>Whatever speaks the cgminer API on 4028: read by shape, told what the API has where it allows it.</summary>
public class CgminerDriver(FleetTransport transport) : FleetDriver(transport)
{
    private static readonly string[] s_reads = ["version", "summary", "pools", "devs", "stats"];

    public override string Name => "cgminer";

    public override FleetAbilities Abilities =>
        FleetAbilities.Restart | FleetAbilities.Pause | FleetAbilities.Resume | FleetAbilities.Locate
            | FleetAbilities.SetPools;

    /// <summary>What is asked at each look.</summary>
    protected virtual IReadOnlyList<string> Reads => s_reads;

    public override FleetMatch? Recognise(FleetSigns signs) =>
        signs.Version is { } version && TextOf(version).Body is { Root: { } root }
            && (CgminerStatus.Of(root) is not null || root.Member("VERSION") is not null)
            ? new FleetMatch(20, Vendor(version) ?? "cgminer", "its port for the cgminer API answers") : null;

    protected override string? PoolsRefused(IReadOnlyList<FleetPool> pools)
    {
        // cgminer puts these into its own stratum messages as they are: a quote breaks every one of them.
        FleetPool? odd = pools.FirstOrDefault(static pool =>
            string.Concat(pool.Url, pool.User, pool.Password.Reveal()).AsSpan().IndexOfAny('"', '\\') >= 0);
        return base.PoolsRefused(pools) ?? (odd is null ? null
            : $"user or password for {odd.Url} has a quote or backslash, which it cannot send to a pool. Choose "
                + "another.");
    }

    protected override string At(FleetTarget target) => target.At(target.Ports.Api);

    protected override async Task<FleetReading> LookAsync(FleetTarget target, CancellationToken cancel) =>
        CgminerReader.Read(
            await AskAllAsync(target, cancel), new ReadingFrame(Name, At(target), Transport.Clock.GetUtcNow()));

    /// <summary>
    /// What Reads names. Throws FleetException where the summary, without which there is no look, is refused, cut off
    /// or absent.
    /// </summary>
    protected async Task<Dictionary<string, CgminerReply>> AskAllAsync(FleetTarget target, CancellationToken cancel)
    {
        IReadOnlyDictionary<string, CgminerReply> replies = await Transport.Cgminer.AskAllAsync(target, Reads, cancel);
        return CgminerLook.Problem(replies) is var (fault, problem)
            ? throw new FleetException(fault, At(target), $"{At(target)}: {problem}") : new(replies);
    }

    protected override async Task<FleetOutcome> CarryOutAsync(
        FleetTarget target, FleetOrder order, CancellationToken cancel)
    {
        switch (order)
        {
            case RestartOrder:
                return await TellAsync(target, "restart", null, "restarts its mining program", cancel);
            case PauseOrder:
                return await EachAsync(target, "ascdisable", "paused", cancel);
            case ResumeOrder:
                return await EachAsync(target, "ascenable", "mines again", cancel);
            case LocateOrder locate:
                return await EachAsync(target, "ascidentify",
                    locate.On ? "shows itself" : "was told to show itself once more, which ends it", cancel);
            case SetPoolsOrder pools:
                return await new CgminerPools(Transport, target).SetAsync(pools.Pools, cancel);
            default:
                return new FleetOutcome(FleetResult.Unsupported,
                    $"{At(target)}: the driver {Name} cannot {order.Words}.");
        }
    }

    /// <summary>One command that writes; what the device says decides.</summary>
    protected async Task<FleetOutcome> TellAsync(
        FleetTarget target, string command, string? parameter, string done, CancellationToken cancel)
    {
        CgminerReply reply = await Transport.Cgminer.AskAsync(target, command, parameter, cancel);
        return Judge(target, reply, done);
    }

    /// <summary>Status into outcome. A restart's reply has no Code on some firmware: its letter counts.</summary>
    protected virtual FleetOutcome Judge(FleetTarget target, CgminerReply reply, string done)
    {
        string at = At(target);
        if (reply.Status is not { } status)
        {
            return reply.Root?.Text("STATUS") is "RESTART" or "BYE"
                || reply.Text.Contains("RESTART", StringComparison.Ordinal)
                ? Done($"{at} {done}.")
                : new FleetOutcome(FleetResult.Unknown,
                    $"{at}: {reply.Command} was answered without a status: {ReplyWords.Short(reply.Text)}");
        }
        return status switch
        {
            { Code: 45 } => new FleetOutcome(
                FleetResult.Denied, $"{at}: it does not allow {reply.Command} from this machine. Its api-allow needs "
                    + $"W: before this machine's address."),
            { Code: 14 } => new FleetOutcome(FleetResult.Unsupported, $"{at}: it does not know {reply.Command}."),
            { Code: 49 or 50 } => new FleetOutcome(FleetResult.Already, $"{at}: {ReplyWords.Short(status.Message)}"),
            { IsGood: true } => Done($"{at} {done}."),
            _ => new FleetOutcome(FleetResult.Failed, $"{at}: {reply.Command}: {ReplyWords.Short(status.ToString())}"),
        };
    }

    internal static CgminerReply TextOf(string text) =>
        new("", CgminerClient.Parse(Encoding.UTF8.GetBytes(text)), text);

    /// <summary>The vendor a text names, upper and lower case alike.</summary>
    internal static string? Vendor(string text)
    {
        foreach ((string sign, string family) in (ReadOnlySpan<(string, string)>)
            [("BTMINER", "Whatsminer"), ("BITMICRO", "Whatsminer"), ("AVALON", "Avalon"), ("ANTMINER", "Antminer"),
                ("BOSMINER", "Antminer"), ("BOSER", "Antminer"),
             ("LUXMINER", "Antminer"), ("VNISH", "Antminer"), ("HIVEON", "Antminer"), ("KAONSU", "Marathon"),
                 ("INNOMINER", "Innosilicon"), ("GCMINER", "Auradine"),
             ("FLUXOS", "Auradine")])
        {
            if (text.Contains(sign, StringComparison.OrdinalIgnoreCase))
            {
                return family;
            }
        }
        return null;
    }

    private async Task<FleetOutcome> EachAsync(
        FleetTarget target, string command, string done, CancellationToken cancel)
    {
        CgminerReply devices = await Transport.Cgminer.AskAsync(target, "devs", null, cancel);
        int[] numbers = [.. devices.All(64, "DEVS").Select(static device => device.Integer("ASC")).OfType<int>()];
        if (numbers.Length == 0)
        {
            return new FleetOutcome(FleetResult.Unsupported,
                $"{At(target)}: it names no device that could be told {command}.");
        }
        List<string> steps = [];
        FleetOutcome? last = null;
        foreach (int number in numbers)
        {
            FleetOutcome one = await TellAsync(
                target, command, number.ToString(System.Globalization.CultureInfo.InvariantCulture), done, cancel);
            steps.Add($"{command} {number}: {one.Result}");
            if (!one.Succeeded)
            {
                return one with { Steps = steps };
            }
            last = last is null || one.Result == FleetResult.Done ? one : last;
        }
        return last! with { Steps = steps };
    }
}
