using System.Globalization;

namespace Otedama.Asic;

/// <summary>What an operator says about a board to mine with: its port, and what differs from the catalogue's
/// row.</summary>
public sealed record BoardRequest
{
    /// <summary>Everything that is found and recognised by its strings.</summary>
    public const string Auto = "auto";

    /// <summary>What LinkAddress takes, or auto.</summary>
    public required string Port { get; init; }

    /// <summary>BoardKind.Key; null = what the port is recognised as.</summary>
    public string? Board { get; init; }

    /// <summary>ChipFamily.Name, for chips behind any port; null = the board's.</summary>
    public string? Chip { get; init; }

    public int? Chips { get; init; }

    public int? Domains { get; init; }

    public double? Megahertz { get; init; }

    public int? Millivolts { get; init; }

    public bool Unlocked { get; init; }

    /// <summary>Percent; null = by temperature.</summary>
    public int? FanPercent { get; init; }

    public bool IsAuto => Port == Auto;
}

/// <summary>A board to drive.</summary>
/// <param name="Kind">Its row.</param>
/// <param name="Place">Where it is.</param>
/// <param name="Options">How its chain is to be driven.</param>
/// <param name="Note">What an operator should know of it; empty = nothing.</param>
public sealed record BoardChoice(BoardKind Kind, BoardPlace Place, ChainOptions Options, string Note)
{
    public IBoardControl Open(IBoardPorts ports, TimeProvider clock) => Kind.Make(Place, ports, clock);

    /// <summary>
    /// The boards a request means, and a sentence for each that cannot be driven as asked: a port nothing is known of,
    /// a clock outside the options. Neither: auto, and none is plugged in.
    /// </summary>
    public static IReadOnlyList<BoardChoice> Of(
        BoardRequest request, IReadOnlyList<FoundPort> ports, List<string> problems)
    {
        List<BoardChoice> choices = [];
        if (request.IsAuto)
        {
            foreach ((BoardKind kind, BoardPlace place) in BoardCatalogue.Find(ports))
            {
                TryAdd(() => Make(request, kind, place));
            }
            return choices;
        }
        FoundPort? device = BoardCatalogue.DeviceAt(request.Port, ports);
        TryAdd(() => Make(request, KindOf(request, device), new BoardPlace(request.Port, device)));
        return choices;

        void TryAdd(Func<BoardChoice> make)
        {
            try
            {
                choices.Add(make());
            }
            catch (BoardException e)
            {
                problems.Add(e.Message);
            }
        }
    }

    /// <summary>What is wrong with a request whatever is plugged in; null = nothing.</summary>
    public static string? Check(BoardRequest request)
    {
        if (!request.IsAuto && !LinkAddress.TryParse(request.Port, out _, out string? wrong))
        {
            return wrong;
        }
        BoardKind? kind = null;
        if (request.Board is { } board && (kind = BoardCatalogue.ByKey(board)) is null)
        {
            return $"board \"{board}\" is not known; {Kinds}";
        }
        if (request.Chip is { } chip && ChipFamilies.ByName(chip) is null)
        {
            return $"chip \"{chip}\" is not known; {Families}";
        }
        try
        {
            if (kind is not null || request.Chip is not null)
            {
                Make(request, kind ?? BoardCatalogue.ByKey(BoardCatalogue.Serial)!, new BoardPlace(request.Port, null));
            }
            return null;
        }
        catch (BoardException e)
        {
            return e.Message;
        }
    }

    private static string Kinds => $"known are {string.Join(", ", BoardCatalogue.All.Select(static kind => kind.Key))}";

    private static string Families =>
        $"known are {string.Join(", ", ChipFamilies.All.Select(static family => family.Name))}";

    private static BoardKind KindOf(BoardRequest request, FoundPort? device)
    {
        if (request.Board is { } board)
        {
            BoardKind named = BoardCatalogue.ByKey(board) ?? throw Wrong($"board \"{board}\" is not known; {Kinds}");
            return !named.NeedsDevice || device is not null ? named : throw Wrong(
                $"{request.Port}: no device is there, and a {named.Title} is looked for by its USB strings. Plug it "
                    + "in, or see `otedama asic list`");
        }
        if (request.Chip is not null)
        {
            return BoardCatalogue.ByKey(BoardCatalogue.Serial)!;
        }
        return device is not null && BoardCatalogue.Recognise(device) is (BoardKind kind, int sure)
            ? sure >= 2 ? kind : throw Wrong(
                $"{request.Port} is {device.Describe()}, which does not say which version of the board it is. Give "
                    + "board: one of "
                + string.Join(", ",
                BoardCatalogue.All.Where(row => row.Match(device) > 0).Select(static row => row.Key)))
            : throw Wrong((device is null
                ? $"{request.Port}: no USB device is seen behind that name, so the board cannot be recognised. "
                    + "`otedama asic list` shows the ports that are there. "
                : $"{request.Port} is {device.Describe()}, which no board is recognised by. ")
                + $"Give chip and chips (chip: BM1366, chips: 1), or board; {Families}");
    }

    private static BoardChoice Make(BoardRequest request, BoardKind kind, BoardPlace place)
    {
        ChipFamily family =
            (request.Chip is { } chip ? ChipFamilies.ByName(chip)
            ?? throw Wrong($"chip \"{chip}\" is not known; {Families}") : kind.Family)
            ?? throw Wrong($"{place.Address}: board {kind.Key} has to be told its chips. Give chip; {Families}");
        if (kind.Family is { } sits && sits != family)
        {
            throw Wrong($"{place.Address}: chip {family.Name} does not sit on a {kind.Title}, which has {sits.Name}. "
                + "Leave chip out");
        }
        if (request.Millivolts is not null && !kind.HasVoltage)
        {
            string bare = kind.Key == BoardCatalogue.Serial ? "a bare chain" : $"a {kind.Title}";
            throw Wrong(
                $"{place.Address}: the voltage of {bare} cannot be set by a program. Leave voltage_mv out");
        }
        double? normal = kind.Megahertz ?? family.DefaultMegahertz;
        double? megahertz = request.Megahertz ?? normal;
        if (!kind.HasSensor && !request.Unlocked && megahertz is double clock
            && clock > (normal ?? family.MegahertzMin))
        {
            throw Wrong(string.Create(
                CultureInfo.InvariantCulture,
                $"{place.Address}: clock_mhz = {clock:0.##}: this board's temperature cannot be read, so no more than "
                    + $"{normal ?? family.MegahertzMin:0.##} MHz is allowed. "
                + $"Set unlocked to do it all the same"));
        }
        ChainOptions options = new()
        {
            Family = family,
            Chips = request.Chips ?? kind.Chips,
            Domains = request.Domains ?? kind.Domains,
            Megahertz = megahertz,
            Millivolts = request.Millivolts ?? kind.Millivolts,
            Unlocked = request.Unlocked,
            FanPercent = request.FanPercent,
            StopCelsius = BoardGuard.Emergency,
            FastRate = kind.Key != BoardCatalogue.Serial
                || !place.Address.StartsWith("tcp:", StringComparison.OrdinalIgnoreCase),
        };
        if (options.Check() is { } wrong)
        {
            throw Wrong($"{place.Address}: {wrong}");
        }
        string these = kind.Key == BoardCatalogue.Serial ? "these chips" : $"a {kind.Title}";
        string note = kind.HasSensor ? "" : string.Create(
            CultureInfo.InvariantCulture,
            $"{place.Address}: the temperature of {these} cannot be read; it runs at {megahertz:0.##} MHz unseen. "
                + $"See that it is cooled");
        // The chain's own rule is no clock without a temperature; for a board that never has one the rule is the one
        // above.
        return new BoardChoice(kind, place, kind.HasSensor ? options : options with { Unlocked = true }, note);
    }

    private static BoardException Wrong(string sentence) => new(BoardFault.OutOfRange, sentence + ".");
}
