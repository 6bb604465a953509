using System.CommandLine;
using System.Globalization;
using Otedama.Asic;
using Otedama.Interop;

namespace Otedama;

/// <summary>The ports of this machine and what is known to hang on them.</summary>
internal static class AsicListCommand
{
    internal static Command Build(CommandContext context)
    {
        Command list = new("list", "List the ASIC boards that are plugged in, and every serial port. Opens none.");
        list.SetAction(result =>
        {
            AsicListAnswer answer = Look(new MachinePorts(), PortFinder.UsbNote);
            context.Answer(result, answer, AnswerJson.Default.AsicListAnswer, Lines);
            return answer.Boards.Count + answer.Ports.Count > 0 ? ExitCode.Done : ExitCode.Unsupported;
        });
        return list;
    }

    /// <param name="usbNote">What is missing for USB devices to be opened; null = nothing.</param>
    internal static AsicListAnswer Look(IBoardPorts ports, string? usbNote)
    {
        IReadOnlyList<FoundPort> found = ports.List();
        List<AsicBoardAnswer> boards = [];
        foreach ((BoardKind kind, BoardPlace place) in BoardCatalogue.Find(found))
        {
            string[] its = [.. found.Where(port => new BoardPlace(port.Address, port).Key == place.Key)
                .Select(static port => port.Address)];
            boards.Add(new AsicBoardAnswer(
                place.Address, kind.Key, kind.Title, kind.Family?.Name, kind.Chips, place.Device?.SerialNumber, its,
                kind.HasSensor, its.Select(Hint).FirstOrDefault(static hint => hint is not null)));
        }
        HashSet<string> taken = [.. boards.SelectMany(static board => board.Ports)];
        return new AsicListAnswer(
            1,
            boards,
            [
                .. found.Where(port => port.Kind == LinkKind.Serial && !taken.Contains(port.Address))
                    .Select(static port => new AsicPortAnswer(
                    port.Address, port.Describe(), port.SerialNumber, MayBe(port), Hint(port.Address))),
            ],
            usbNote);
    }

    internal static IEnumerable<string> Lines(AsicListAnswer answer)
    {
        foreach (AsicBoardAnswer board in answer.Boards)
        {
            yield return Line(board);
            if (board.Ports.Count > 1)
            {
                yield return $"    ports: {string.Join(", ", board.Ports)}";
            }
            if (!board.HasSensor)
            {
                yield return "    its temperature cannot be read: it is mined with at its default clock";
            }
            if (board.Hint is { } hint)
            {
                yield return $"    {hint}";
            }
        }
        foreach (AsicPortAnswer port in answer.Ports)
        {
            yield return $"{port.Port}  {port.Device}";
            if (port.MayBe.Count > 0)
            {
                yield return "    does not say which version of the board it is; give one of "
                    + $"board={string.Join(", board=", port.MayBe)}";
            }
            if (port.Hint is { } hint)
            {
                yield return $"    {hint}";
            }
        }
        if (answer.Boards.Count == 0)
        {
            yield return answer.Ports.Count == 0
                ? "No ASIC board is plugged in, and no serial port is there."
                : "No ASIC board is recognised. Chips behind one of these ports are mined with by --asic "
                + "PORT,chip=BM1366,chips=1.";
        }
        if (answer.UsbNote is { } note)
        {
            yield return note;
        }
    }

    internal static string Line(AsicBoardAnswer board)
    {
        string chips = board.Chips switch { 1 => "1 chip", null => "chips", int count => $"{count} chips" };
        string serial = board.SerialNumber is { } number ? $", serial number {number}" : "";
        return $"{board.Port}  {board.Title}, {chips} {board.Chip}{serial}";
    }

    private static string[] MayBe(FoundPort port) => BoardCatalogue.Recognise(port) is (_, 1)
        ? [.. BoardCatalogue.All.Where(kind => kind.Match(port) > 0).Select(static kind => kind.Key)] : [];

    /// <summary>Why this user may not open a port of that name; null = he may, or it is no file.</summary>
    private static string? Hint(string address)
    {
        if (!OperatingSystem.IsLinux() || !address.StartsWith("/dev/", StringComparison.Ordinal))
        {
            return null;
        }
        return MayOpen(address) ? null
            : new PortAdvice(new PortFinder()).ForSerial(address, new PortException(PortFault.Denied, "not opened"));
    }

    /// <summary>By owner, group and mode, without opening it, which would move its lines.</summary>
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    private static bool MayOpen(string path)
    {
        try
        {
            UnixFileMode mode = File.GetUnixFileMode(path);
            string[] status = File.ReadAllLines("/proc/self/status");
            string[] groups = [.. Ids(status, "Gid:"), .. Ids(status, "Groups:")];
            return Ids(status, "Uid:") is [_, "0", ..]
                || mode.HasFlag(UnixFileMode.OtherRead | UnixFileMode.OtherWrite)
                || (mode.HasFlag(UnixFileMode.GroupRead | UnixFileMode.GroupWrite)
                    && FileOwner.GroupOf(path) is int group
                    && groups.Contains(group.ToString(CultureInfo.InvariantCulture)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true; // not known to be forbidden
        }
    }

    private static string[] Ids(string[] status, string name) =>
        status.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?[name.Length..]
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) ?? [];
}

/// <param name="UsbNote">What is missing for USB devices to be opened; null = nothing.</param>
/// <param name="Ports">Serial ports that no board is recognised by.</param>
internal sealed record AsicListAnswer(
    int Schema, IReadOnlyList<AsicBoardAnswer> Boards, IReadOnlyList<AsicPortAnswer> Ports, string? UsbNote);

/// <summary>A board that its strings say.</summary>
/// <param name="Port">As --asic takes it.</param>
/// <param name="Board">Key of its row, as a configuration's board.</param>
/// <param name="Ports">All its ways, the first among them.</param>
/// <param name="Hint">What stands in the way of opening it; null = nothing that is known.</param>
internal sealed record AsicBoardAnswer(
    string Port,
    string Board,
    string Title,
    string? Chip,
    int? Chips,
    string? SerialNumber,
    IReadOnlyList<string> Ports,
    bool HasSensor,
    string? Hint);

/// <param name="Port">As --asic takes it.</param>
/// <param name="Device">What is plugged in there.</param>
/// <param name="MayBe">Boards it can be and does not say which of.</param>
/// <param name="Hint">What stands in the way of opening it; null = nothing that is known.</param>
internal sealed record AsicPortAnswer(
    string Port, string Device, string? SerialNumber, IReadOnlyList<string> MayBe, string? Hint);
