using System.Text;
using Otedama.Core;

namespace Otedama.Node;

/// <summary>The embedded chain's consensus numbers. Two nodes with equal rules have the same genesis block.</summary>
internal sealed record ChainRules(CoinSpec Coin, RetargetMode Retarget, int BlockSeconds)
{
    public const int WeightMax = 4_000_000, SigOpCostMax = 80_000;

    /// <summary>No amount or sum of amounts is above this.</summary>
    public const long MoneyMax = 21_000_000L * Amount.UnitsPerCoin;

    /// <summary>A header may be this many seconds ahead of the clock.</summary>
    public const int FutureSecondsMax = 7200;

    /// <summary>Forks that begin deeper than this below the tip are refused, so that undo data stays bounded.</summary>
    public const int ReorgDepthMax = 288;

    /// <summary>Blocks beside the best chain kept at once.</summary>
    public const int SideBlocksMax = 1000;

    /// <summary>
    /// 2011-02-02, as regtest: earlier than any clock a machine comes up with after losing its battery but 1970.
    /// </summary>
    private const uint GenesisTime = 1_296_688_602;

    /// <summary>
    /// About 3 s of work for one CPU thread: where retargeting starts and where it returns to after a long silence.
    /// </summary>
    public uint FastStartBits => AlgorithmFacts.Of(Coin).FastStartBits;

    /// <summary>Version of the blocks that templates offer.</summary>
    public uint BlockVersion => Coin.Family.BlockVersion;

    public uint GenesisBits => Retarget == RetargetMode.Fast ? FastStartBits : Coin.PowLimitBits;

    /// <summary>Block 0: known by definition, so it needs no proof of work; its output cannot be spent.</summary>
    public Block Genesis()
    {
        string text = $"{Coin.Title} embedded chain, {Retarget}, {BlockSeconds} s";
        byte[] script = [.. Script.PushNumber(0), .. Script.PushData(Encoding.ASCII.GetBytes(text))];
        TxInput input = new(OutPoint.Null, script, TxInput.SequenceFinal);
        Transaction coinbase = new(1, [input], [new TxOutput(Amount.Zero, new byte[] { Script.OpReturn })], 0);
        BlockHeader header = Coin.Family.Unproven(new BlockHeader(1, Hash256.Zero, coinbase.TxId, GenesisTime, GenesisBits, 0));
        return new Block(header, [coinbase]);
    }
}
