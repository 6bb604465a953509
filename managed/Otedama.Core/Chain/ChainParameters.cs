using System.Security.Cryptography;
using System.Text;

namespace Otedama.Core;

/// <summary>
/// What all nodes of one share chain agree on, read from its canonical line. The chain's id is the hash of that line:
/// whoever has other parameters is on another chain. Every number of the rules comes from here.
/// </summary>
public sealed class ChainParameters
{
    /// <summary>Payees of one coinbase: with more, its prefix could not be told in 16 bits.</summary>
    private const int CapMax = 1_500;

    private ChainParameters(string line) => Line = line;

    /// <summary>Short name of the coin, as the catalogue has it.</summary>
    public required string Coin { get; init; }

    public required string Network { get; init; }

    /// <summary>As AlgorithmFacts.Name.</summary>
    public required string AlgorithmName { get; init; }

    /// <summary>T: intended milliseconds between shares.</summary>
    public required long SpacingMs { get; init; }

    /// <summary>N: the window of payment has at most this many shares of the main chain.</summary>
    public required int WindowShares { get; init; }

    /// <summary>W: and at most this many times the work of a coin block.</summary>
    public required uint WindowWork { get; init; }

    /// <summary>pen: percent of an uncle's work that the share gets which lists it.</summary>
    public required uint PenaltyPercent { get; init; }

    /// <summary>ud: how many heights below a share its uncles may be.</summary>
    public required uint UncleDepth { get; init; }

    /// <summary>um: how many uncles a share lists at most.</summary>
    public required int UnclesMax { get; init; }

    /// <summary>hl: milliseconds by which shares have to be late for the target to double.</summary>
    public required long HalfLifeMs { get; init; }

    /// <summary>dtcap: a longer pause counts as this many milliseconds.</summary>
    public required long GapCapMs { get; init; }

    /// <summary>limit: the easiest target of a share, compact.</summary>
    public required uint LimitBits { get; init; }

    /// <summary>g_ms: time of the virtual genesis, milliseconds since 1970.</summary>
    public required ulong GenesisTimeMs { get; init; }

    /// <summary>The least that is paid to somebody, smallest units.</summary>
    public required ulong Dust { get; init; }

    /// <summary>Most payees of a coinbase by cap class.</summary>
    public required IReadOnlyList<int> Caps { get; init; }

    /// <summary>Makes a pool private; empty for the public one.</summary>
    public required string Pass { get; init; }

    /// <summary>The canonical line, without line end.</summary>
    public string Line { get; }

    /// <summary>SHA-256 of the line; also the id of the virtual genesis.</summary>
    public required Hash256 Id { get; init; }

    /// <summary>The easiest target of a share.</summary>
    public Target Limit => Target.FromCompact(LimitBits);

    /// <summary>Null and a sentence when the line is not a canonical line of parameters.</summary>
    public static ChainParameters? TryParse(string line, out string problem)
    {
        try
        {
            problem = "";
            return Parse(line);
        }
        catch (FormatException e)
        {
            problem = e.Message;
            return null;
        }
    }

    /// <summary>Throws FormatException saying what is wrong and what is allowed.</summary>
    public static ChainParameters Parse(string line)
    {
        ChainLineReader fields = new(line);
        ChainParameters parameters = new(line) // in the order of the line: initialisers run from top to bottom
        {
            Coin = fields.Name("coin"),
            Network = fields.Name("net"),
            AlgorithmName = fields.Name("algo"),
            SpacingMs = (long)fields.Number("T", 1, 86_400_000),
            WindowShares = (int)fields.Number("N", 1, 1_000_000),
            WindowWork = (uint)fields.Number("W", 1, 1_000),
            PenaltyPercent = (uint)fields.Number("pen", 0, 100),
            UncleDepth = (uint)fields.Number("ud", 0, 100),
            UnclesMax = (int)fields.Number("um", 0, byte.MaxValue),
            HalfLifeMs = (long)fields.Number("hl", 1, 1_000_000_000_000),
            GapCapMs = (long)fields.Number("dtcap", 1, 1_000_000_000_000),
            LimitBits = fields.Bits("limit"),
            GenesisTimeMs = fields.Number("g_ms", 0, uint.MaxValue * 1_000UL),
            Dust = fields.Number("dust", 1, 1_000_000_000_000_000),
            Caps = fields.Numbers("caps", countMax: byte.MaxValue + 1, CapMax),
            Pass = fields.Pass("pass"),
            Id = new Hash256(SHA256.HashData(Encoding.UTF8.GetBytes(line))),
        };
        fields.End();
        return parameters;
    }

    /// <summary>The line without the pass: for logs and eyes.</summary>
    public override string ToString() => Pass.Length == 0 ? Line : Line[..^Pass.Length] + "***";
}
