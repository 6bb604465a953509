using System.Globalization;
using Otedama.Core;

namespace Otedama;

/// <summary>What the live view puts first.</summary>
internal enum MonitorPanel
{
    Rates,
    Shares,
    Connection,
}

/// <summary>What the live view knows at one moment.</summary>
/// <param name="Status">Null before the first answer.</param>
/// <param name="Miners">Of every pool.</param>
/// <param name="Notice">What is wrong with the view itself, such as an instance that is gone; null while all is well.</param>
internal sealed record MonitorState(StatusView? Status, IReadOnlyList<MinersAnswer> Miners, string? Notice, MonitorPanel Panel, bool Help);

/// <summary>
/// The live view as lines of a terminal of any size. Pure: the same state and size give the same lines, none wider than the
/// terminal and no more than it has rows.
/// </summary>
internal static class MonitorScreen
{
    /// <summary>From here on two panels stand side by side.</summary>
    private const int TwoColumnsFrom = 140;

    private const int FigureWidth = 26;

    private static readonly string[] s_help =
    [
        "q  leave this view; mining goes on",
        "p  pause mining on this machine",
        "r  resume mining",
        "h  hash rates first",
        "s  shares first",
        "c  connection first",
        "?  this help",
    ];

    public static IReadOnlyList<ScreenLine> Compose(MonitorState state, int width, int height)
    {
        width = Math.Max(width, 20);
        height = Math.Max(height, 4);
        List<ScreenLine> lines = [Head(state, width)];
        if (state.Notice is { } notice)
        {
            lines.AddRange(Wrapped(PlainText.Of(notice), width, ScreenStyle.Bad));
        }
        if (state.Help)
        {
            lines.AddRange(s_help.Select(text => Text(text, width)));
        }
        else if (state.Status is { } status)
        {
            Body(lines, status, state, width);
        }
        if (lines.Count > height - 1)
        {
            lines.RemoveRange(height - 1, lines.Count - (height - 1));
        }
        while (lines.Count < height - 1)
        {
            lines.Add(new ScreenLine());
        }
        lines.Add(Keys(width));
        return lines;
    }

    private static void Body(List<ScreenLine> lines, StatusView status, MonitorState state, int width)
    {
        foreach (string problem in Problems(status))
        {
            lines.AddRange(Wrapped(PlainText.Of(problem), width, ScreenStyle.Note));
        }
        lines.AddRange(Figures(status, width));
        int panelWidth = width >= TwoColumnsFrom ? (width - 3) / 2 : width;
        List<ScreenLine> rates = Rates(status, state.Miners, panelWidth);
        List<ScreenLine> shares = Shares(status, panelWidth);
        List<ScreenLine> connection = Connection(status, panelWidth);
        List<ScreenLine>[] order = state.Panel switch
        {
            MonitorPanel.Shares => [shares, rates, connection],
            MonitorPanel.Connection => [connection, rates, shares],
            _ => [rates, shares, connection],
        };
        if (width < TwoColumnsFrom)
        {
            foreach (List<ScreenLine> panel in order)
            {
                lines.AddRange(panel);
            }
            return;
        }
        List<ScreenLine> right = [.. order[1], .. order[2]];
        for (int i = 0; i < Math.Max(order[0].Count, right.Count); i++)
        {
            lines.Add(Beside(i < order[0].Count ? order[0][i] : new ScreenLine(), i < right.Count ? right[i] : new ScreenLine(), panelWidth));
        }
    }

    private static ScreenLine Beside(ScreenLine left, ScreenLine right, int width) =>
        new ScreenLine().Append(left).Add(new string(' ', width - left.Width + 3)).Append(right);

    private static ScreenLine Head(MonitorState state, int width)
    {
        ScreenLine line = new();
        if (state.Status is not { } status)
        {
            return line.Add(ScreenLine.Fit("otedama", width), ScreenStyle.Reverse);
        }
        RigView[] working = [.. status.Rigs.Where(static rig => rig.Mining)];
        string what = status.Rigs.Count == 0 ? "serving" : working.Length == 0 ? "paused"
            : working.Any(static rig => rig.Connected) ? "mining" : "waiting for work";
        string algorithm = status.Rigs.Count == 0 ? "" : $" {string.Join(" + ", status.Rigs.Select(static rig => rig.Algorithm).Distinct())}";
        return line.Add(
            ScreenLine.Fit($" otedama {PlainText.Of(status.Version)}  {what}{algorithm}  up {Units.Duration(status.UptimeS)}", width), ScreenStyle.Reverse);
    }

    private static ScreenLine Keys(int width)
    {
        string all = " q quit  p pause  r resume  h rates  s shares  c connection  ? help";
        return new ScreenLine().Add(ScreenLine.Fit(all.Length <= width ? all : " q p r  h s c  ? help", width), ScreenStyle.Reverse);
    }

    private static IEnumerable<string> Problems(StatusView status)
    {
        foreach (RigView rig in status.Rigs.Where(static rig => rig is { Mining: true, Problem: not null }))
        {
            yield return Named(rig.Name, status.Rigs.Count) + rig.Problem;
        }
        foreach (PoolView pool in status.Pools.Where(static pool => !pool.Node.Reachable))
        {
            yield return $"{Named(pool.Name, status.Pools.Count)}no coin node gives work: {pool.Node.Problem ?? pool.Node.Url}";
        }
        foreach (PoolView pool in status.Pools)
        {
            foreach (string line in pool.Sharechain is { } chain ? ChainLines.Alarms(chain) : [])
            {
                yield return Named(pool.Name, status.Pools.Count) + line;
            }
        }
        foreach (string line in StatusLines.Datasets(status))
        {
            yield return line;
        }
    }

    /// <summary>The few numbers everybody looks for, in as many columns as fit.</summary>
    private static IEnumerable<ScreenLine> Figures(StatusView s, int width)
    {
        StatusTotals all = StatusTotals.Of(s);
        List<(string Label, string Value)> figures = [];
        if (all.RigHashrateHs is { } rate)
        {
            figures.Add(("this machine", Units.Hashrate(rate)));
            figures.Add(("ping", s.Rigs.Count == 1 ? Milliseconds(s.Rigs[0].LatencyMs) : "–"));
        }
        if (all.PoolHashrateHs is { } pool)
        {
            figures.Add((s.Pools.Count > 1 ? "pools" : "pool", Units.Hashrate(pool)));
            figures.Add(("miners", Count(all.Miners)));
            figures.Add(("blocks", Count(all.Blocks)));
        }
        figures.Add(("accepted", Count(all.Accepted)));
        figures.Add(("rejected", Count(all.Rejected)));
        foreach (PoolView p in s.Pools)
        {
            if ((p.Node.Height ?? p.Height) is { } height)
            {
                figures.Add((s.Pools.Count > 1 ? $"on {p.Name}" : "height", Count(height)));
            }
        }
        int columns = Math.Clamp(width / FigureWidth, 1, figures.Count);
        int each = width / columns;
        foreach ((string Label, string Value)[] row in figures.Chunk(columns))
        {
            ScreenLine line = new();
            foreach ((string label, string value) in row)
            {
                line.Add(ScreenLine.Fit($" {label}", 14), ScreenStyle.Quiet).Add(ScreenLine.Fit(value, Math.Max(0, each - 14)), ScreenStyle.Strong);
            }
            yield return line;
        }
    }

    private static List<ScreenLine> Rates(StatusView s, IReadOnlyList<MinersAnswer> miners, int width)
    {
        List<ScreenLine> lines = [];
        foreach (RigView rig in s.Rigs)
        {
            lines.Add(Title(s.Rigs.Count > 1 ? $"Hash rates of {rig.Name}, {rig.Algorithm}" : "Hash rates of this machine", width));
            lines.Add(Text($" 10s {Units.Hashrate(rig.HashrateHs)}  60s {Rate(rig.Hashrate60sHs)}  15m {Rate(rig.Hashrate15mHs)}", width));
            lines.AddRange(MonitorTable.Rows(width, ["Worker", "*Rate", "*Shares", "Health", "Kind"], rig.Workers.Select(w => (string[])
                [StatusLines.NameOf(w, rig), Units.Hashrate(w.HashrateHs), Count(w.Found), w.Reason is null ? w.Health : $"{w.Health}: {w.Reason}", w.Flavour])));
            lines.AddRange(StatusLines.Devices(rig).Select(device => Text($" {device}", width)));
        }
        foreach (PoolView pool in s.Pools.Where(static pool => pool.Sharechain is not null))
        {
            lines.Add(Title($"Share chain{(s.Pools.Count > 1 ? $" of {pool.Name}" : "")}", width));
            lines.AddRange(ChainLines.Short(pool.Sharechain!, pool.Unit).Select(line => Text($" {line}", width)));
        }
        foreach (MinersAnswer answer in miners.Where(static answer => answer.Miners.Count > 0))
        {
            lines.Add(Title($"Miners{(s.Pools.Count > 1 ? $" of {answer.Pool}" : "")}, {Count(answer.Miners.Count)} connected", width));
            lines.AddRange(MonitorTable.Rows(width, ["Worker", "*Rate", "*Accepted", "*Rejected", "*Difficulty", "Program"], answer.Miners.Select(static m => (string[])
                [m.Worker.Length > 0 ? m.Worker : m.Address, Units.Hashrate(m.HashrateHs), Count(m.Accepted), Count(m.Rejected), Units.Number(m.Difficulty), m.Agent])));
        }
        return lines;
    }

    private static List<ScreenLine> Shares(StatusView s, int width)
    {
        List<ScreenLine> lines = [Title("Shares", width)];
        foreach (RigView rig in s.Rigs)
        {
            string efficiency = rig.Efficiency is { } e ? string.Create(CultureInfo.InvariantCulture, $"{100 * e:0.0} % accepted") : "no answer yet";
            string name = s.Rigs.Count > 1 ? $"{rig.Name,-13}" : "this machine ";
            lines.Add(Text($" {name} {Count(rig.Accepted)} accepted, {Count(rig.Rejected)} rejected, {Count(rig.Stale)} late, {efficiency}", width));
            lines.Add(Text($" difficulty    {(rig.Difficulty is { } difficulty ? Units.Number(difficulty) : "–")}", width));
        }
        foreach (PoolView pool in s.Pools)
        {
            string name = s.Pools.Count > 1 ? $"pool {pool.Name,-8}" : "pool         ";
            lines.Add(Text($" {name} {Count(pool.Accepted)} accepted, {Count(pool.Rejected)} rejected, {Count(pool.Blocks)} blocks", width));
        }
        IEnumerable<IReadOnlyDictionary<string, long>> refused =
            s.Pools.Count > 0 ? s.Pools.Select(static pool => pool.RejectedBy) : s.Rigs.Select(static rig => rig.RejectedBy);
        foreach ((string reason, long count) in refused.SelectMany(static by => by).GroupBy(static r => r.Key)
            .Select(static group => (group.Key, group.Sum(static r => r.Value))).Where(static r => r.Item2 > 0).OrderByDescending(static r => r.Item2))
        {
            lines.Add(Text($" {Count(count)} × {PlainText.Of(reason).Replace('_', ' ')}", width, ScreenStyle.Note));
        }
        return lines;
    }

    private static List<ScreenLine> Connection(StatusView s, int width)
    {
        List<ScreenLine> lines = [Title("Connection", width)];
        foreach ((RigView rig, UpstreamView pool) in s.Rigs.SelectMany(static rig => rig.Pools.Select(pool => (rig, pool))))
        {
            ScreenStyle style = pool.State switch { "active" => ScreenStyle.Good, "failed" => ScreenStyle.Bad, _ => ScreenStyle.Plain };
            lines.Add(Text($" {Named(rig.Name, s.Rigs.Count)}{pool.State,-10} {PlainText.Of(pool.Url)}  {Milliseconds(pool.LatencyMs)}", width, style));
            if (pool.LastError is { } error)
            {
                lines.AddRange(Wrapped("   " + PlainText.Of(error), width, ScreenStyle.Quiet));
            }
        }
        foreach (PoolView served in s.Pools)
        {
            NodeView node = served.Node;
            string name = Named(served.Name, s.Pools.Count);
            lines.Add(Text($" {name}miners connect to {served.Url}, {Count(served.Connections)} connections", width));
            lines.Add(Text($" share to reply    {Milliseconds(served.SubmitMsP50)} / {Milliseconds(served.SubmitMsP99)} (p50 / p99)", width));
            lines.Add(Text($" node {node.Mode}, {PlainText.Of(node.Network)}, {PlainText.Of(node.Url)}", width, node.Reachable ? ScreenStyle.Plain : ScreenStyle.Bad));
        }
        if (s.DashboardUrl is { } url)
        {
            lines.Add(Text($" dashboard {url}", width));
        }
        return lines;
    }

    /// <summary>What stands before a line of one of several.</summary>
    private static string Named(string name, int count) => count > 1 ? $"{name}: " : "";

    private static ScreenLine Title(string text, int width) =>
        new ScreenLine().Add(ScreenLine.Fit($"─ {text} {new string('─', Math.Max(0, width - text.Length - 3))}", width), ScreenStyle.Quiet);

    private static ScreenLine Text(string text, int width, ScreenStyle style = ScreenStyle.Plain) =>
        new ScreenLine().Add(ScreenLine.Fit(text, width), style);

    private static IEnumerable<ScreenLine> Wrapped(string text, int width, ScreenStyle style)
    {
        while (text.Length > 0)
        {
            int take = Math.Min(text.Length, width - 1);
            int space = take < text.Length ? text.LastIndexOf(' ', take - 1) : take;
            take = space > width / 2 ? space : take;
            yield return Text(" " + text[..take].TrimStart(), width, style);
            text = text[take..].TrimStart();
        }
    }

    private static string Rate(double? value) => value is { } rate ? Units.Hashrate(rate) : "–";

    private static string Milliseconds(double? value) =>
        value is { } ms ? ms.ToString(ms < 10 ? "0.00" : "0", CultureInfo.InvariantCulture) + " ms" : "–";

    private static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
