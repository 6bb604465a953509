using System.Buffers;
using System.Globalization;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Pool;

namespace Otedama;

/// <summary>A share chain in a file, checked from its parameters to its last share as a node would check it.</summary>
internal sealed class ChainFile : IDisposable
{
    private static readonly SearchValues<char> s_hex = SearchValues.Create("0123456789abcdefABCDEF");

    private readonly ChainParameters _parameters;
    private readonly ChainCoin _coin;
    private readonly ShareChain _chain;
    private readonly DatasetStore _datasets;
    private readonly IProofChecker? _checker; // null where there is nothing to ask it

    /// <summary>datasets: asked for the folder of one that is a file. Throws CommandException for a bad line.</summary>
    private ChainFile(string path, string line, Func<string> datasets)
    {
        _parameters = ChainParameters.TryParse(line, out string problem)
            ?? throw new CommandException(ExitCode.Usage, $"{path}: {problem}.");
        _coin = ChainCoin.Find(_parameters, out problem)
            ?? throw new CommandException(ExitCode.Usage, $"{path}: {problem}.");
        _chain = new ShareChain(_parameters, new NativeSeedHashes());
        string folder = _coin.Spec.Algorithm.Facts.HasFile ? datasets() : "";
        _datasets = new DatasetStore(new DatasetStoreOptions { Folder = folder });
        _checker = _coin.IsCheapProofAll ? null : new DatasetProofChecker(_datasets, PowParameters.Of(_coin.Spec));
    }

    /// <summary>Reads until the end or the first share that does not fit.</summary>
    public static SharechainAnswer Check(
        string path, TextReader text, Func<string> datasets, Progress progress, CancellationToken stop)
    {
        ShareLines all = new(text);
        string line = all.Next() ?? throw new CommandException(
            ExitCode.Usage, $"{path}: there is nothing in it; its first line has to be the chain's parameters.");
        if (line.Length > ShareLines.CharactersMax)
        {
            throw new CommandException(ExitCode.Usage, $"{path}: its first line has more than "
                + $"{ShareLines.CharactersMax} characters; the chain's parameters have fewer.");
        }
        using ChainFile file = new(path, line, datasets);
        int shares = 0;
        for (List<string> lines = Some(all); lines.Count > 0; lines = Some(all))
        {
            stop.ThrowIfCancellationRequested();
            progress.Begin($"share {(shares + 1).ToString(CultureInfo.InvariantCulture)}");
            foreach (ShareFault? fault in file.Add(lines))
            {
                shares++;
                if (fault is not null)
                {
                    return SharechainAnswer.Bad(new ChainFaultRow(shares, fault.Step, fault.Reason));
                }
            }
        }
        return file.Answer(shares);
    }

    /// <summary>As many lines as are checked at once; none after one that is too long.</summary>
    private static List<string> Some(ShareLines all)
    {
        List<string> lines = [];
        while (lines.Count < ShareChecks.AtOnce && (lines.Count == 0 || IsWhole(lines[^1])) && all.Next() is { } line)
        {
            lines.Add(line);
        }
        return lines;
    }

    public void Dispose() => _datasets.Dispose();

    /// <summary>One after the other, null for a good one; none after the first that is bad.</summary>
    private IEnumerable<ShareFault?> Add(List<string> lines)
    {
        ShareFault? undecoded = null;
        List<ChainShare> shares = [];
        while (undecoded is null && shares.Count < lines.Count)
        {
            if (Decode(lines[shares.Count], out undecoded) is { } share)
            {
                shares.Add(share);
            }
        }
        ShareFault?[] faults = new ShareFault?[shares.Count];
        ShareChecks.Stateless([.. shares], _parameters, _coin, faults);
        for (int i = 0; i < shares.Count; i++)
        {
            yield return faults[i]
                ?? (_checker is null ? null : ShareChecks.FullProof(shares[i], _coin, _checker))
                ?? _chain.Add(shares[i]);
        }
        if (undecoded is not null)
        {
            yield return undecoded;
        }
    }

    private ChainShare? Decode(string hex, out ShareFault? fault)
    {
        fault = WhyNotHex(hex) is { } problem ? new ShareFault(ShareFault.Bytes, problem) : null;
        return fault is null ? ChainShare.Decode(Convert.FromHexString(hex), _coin, out fault) : null;
    }

    private static bool IsWhole(string line) => line.Length <= ShareLines.CharactersMax;

    /// <summary>Null for hex of as many digits as a share may have.</summary>
    private static string? WhyNotHex(string line)
    {
        int wrong = line.AsSpan().IndexOfAnyExcept(s_hex);
        if (wrong >= 0)
        {
            string shown = char.IsBetween(line[wrong], '!', '~')
                ? $"'{line[wrong]}'" : $"U+{(int)line[wrong]:X4}";
            return $"the line is not hex: {shown} in column {(wrong + 1).ToString(CultureInfo.InvariantCulture)}";
        }
        return !IsWhole(line)
            ? $"the line has more than {ShareLines.CharactersMax} characters, the most a share has in hex"
            : line.Length % 2 != 0 ? $"the line is not hex: {line.Length} digits, and two make a byte" : null;
    }

    private SharechainAnswer Answer(int shares)
    {
        List<ChainPayoutRow> payouts = [];
        for (byte size = 0; _chain.Tip is { } tip && size < _parameters.Caps.Count; size++)
        {
            payouts.AddRange(PayoutsOf(tip, size));
        }
        string work = _chain.CumulativeWork.ToString(CultureInfo.InvariantCulture);
        return new SharechainAnswer(1, true, shares, Hex.Encode(_chain.TipId.ToArray()), work, payouts, null);
    }

    /// <summary>What the next share would pay if it were worth what the tip is.</summary>
    private IEnumerable<ChainPayoutRow> PayoutsOf(ChainShare tip, byte capClass)
    {
        ulong reward = tip.Core.CoinValue; // fixed outputs are worth nothing, or the tip would have failed
        foreach (PayoutOutput output in _chain.SplitFor(capClass, reward, tip.Core.Payout) ?? [])
        {
            PayoutKey.TryFromScript(output.Script.Span, out PayoutKey key);
            yield return new ChainPayoutRow(capClass, key.ToString(), output.Amount.Units);
        }
    }
}
