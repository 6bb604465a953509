using System.Globalization;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Pool;

namespace Otedama;

/// <summary>A share chain in a file, checked from its parameters to its last share as a node would check it.</summary>
internal sealed class ChainFile : IDisposable
{
    private const char Comment = '#';

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
        string line = NextLine(text) ?? throw new CommandException(
            ExitCode.Usage, $"{path}: there is nothing in it; its first line has to be the chain's parameters.");
        using ChainFile file = new(path, line, datasets);
        int shares = 0;
        for (List<string> lines = Some(text); lines.Count > 0; lines = Some(text))
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

    /// <summary>As many lines as are checked at once.</summary>
    private static List<string> Some(TextReader text)
    {
        List<string> lines = [];
        while (lines.Count < ShareChecks.AtOnce && NextLine(text) is { } line)
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
        try
        {
            return ChainShare.Decode(Convert.FromHexString(hex), _coin, out fault);
        }
        catch (FormatException)
        {
            fault = new ShareFault(ShareFault.Bytes, $"the line is not hex: \"{Hex.Shorten(hex)}\"");
            return null;
        }
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

    /// <summary>The next line that says something; null at the end.</summary>
    private static string? NextLine(TextReader text)
    {
        string? line = text.ReadLine();
        while (line is not null && (string.IsNullOrWhiteSpace(line) || line.StartsWith(Comment)))
        {
            line = text.ReadLine();
        }
        return line;
    }
}
