namespace Otedama.Core;

/// <summary>What the rules of a share chain ask of its coin: header, subsidy, proof of work.</summary>
public sealed class ChainCoin
{
    /// <summary>Bounds of a block's height; the height is pushed in at most 5 bytes.</summary>
    public const uint HeightMin = 1, HeightMax = 500_000_000;

    private readonly AlgorithmFacts _facts;
    private readonly ulong _maxFee;

    private ChainCoin(CoinSpec spec)
    {
        Spec = spec;
        Limit = Target.FromCompact(spec.PowLimitBits);
        _facts = AlgorithmFacts.Of(spec);
        _maxFee = (ulong)spec.SubsidyInitial.Units / 2;
    }

    public CoinSpec Spec { get; }

    /// <summary>The easiest target of a coin block.</summary>
    public Target Limit { get; }

    /// <summary>Whether the header's id is the hash that is compared with a target.</summary>
    public bool HasCheapProof => _facts.IdIsProof;

    /// <summary>Whether there is nothing to check beyond that.</summary>
    public bool IsCheapProofAll => _facts.IdIsProof && _facts.IsCheapToCheck;

    /// <summary>The coin of a chain; null and a sentence when this program cannot run a share chain of it.</summary>
    public static ChainCoin? Find(ChainParameters parameters, out string problem)
    {
        CoinSpec? coin = CoinCatalogue.Find(parameters.Coin, parameters.Network);
        if (coin is null)
        {
            problem = $"coin {parameters.Coin} {parameters.Network} is unknown";
            return null;
        }
        AlgorithmFacts? facts = AlgorithmFacts.Choices.FirstOrDefault(each => each.Name == parameters.AlgorithmName);
        bool ownChain = coin == CoinCatalogue.Otedama;
        CoinSpec spec = ownChain && facts is not null ? CoinCatalogue.OtedamaWith(facts.Algorithm) : coin;
        problem = spec.Algorithm.Name != parameters.AlgorithmName
            ? $"{coin.DisplayName} is mined with {coin.Algorithm.Name}, not with {parameters.AlgorithmName}"
            // The embedded chain has Bitcoin's coinbase whatever its headers are like.
            : spec.Family.TakesNodeCoinbase && !ownChain
                ? $"the coinbase of {coin.DisplayName} is written by its node, so that no share chain can rebuild it"
                : "";
        return problem.Length == 0 ? new ChainCoin(spec) : null;
    }

    /// <summary>As Find; throws ArgumentException with the sentence.</summary>
    public static ChainCoin Of(ChainParameters parameters) =>
        Find(parameters, out string problem) ?? throw new ArgumentException(problem, nameof(parameters));

    /// <summary>Least and most that the coinbase of a block at this height may pay, smallest units.</summary>
    public (ulong Least, ulong Most) ValueAt(uint height)
    {
        ulong subsidy = (ulong)Spec.Subsidy((int)Math.Min(height, HeightMax)).Units;
        return (subsidy, subsidy + _maxFee);
    }

    /// <summary>Throws FormatException.</summary>
    internal BlockHeader ReadHeader(ref ByteReader reader)
    {
        int start = reader.Left;
        BlockHeader header = BlockHeader.Read(ref reader, Spec.Family);
        int taken = start - reader.Left;
        return _facts.Equihash is not { } rule || taken == HeaderLengthOf(rule)
            ? header
            : throw new FormatException(
                $"a header of {taken} bytes; those of {Spec.DisplayName} have {HeaderLengthOf(rule)}");
    }

    private static int HeaderLengthOf(EquihashRule rule) =>
        ZcashProof.HeaderSize + ByteWriter.CompactSizeLength((ulong)rule.SolutionLength) + rule.SolutionLength;
}
