using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Node;

/// <summary>The embedded chain's JSON-RPC methods, shaped as Bitcoin Core's.</summary>
internal sealed partial class NodeRpc(EmbeddedChain chain, EmbeddedNodeOptions options, TimeProvider time, Action stop)
{
    private readonly long _startedAt = time.GetTimestamp();

    private CoinSpec Coin => options.Coin;

    public IReadOnlyList<RpcMethod> Methods() =>
    [
        new("getblockchaininfo", [], 0, BlockchainInfo),
        new("getblockcount", [], 0, BlockCount),
        new("getbestblockhash", [], 0, BestBlockHash),
        new("getblockhash", ["height"], 1, BlockHash),
        new("getblockheader", ["blockhash", "verbose"], 1, BlockHeaderOf),
        new("getblock", ["blockhash", "verbosity"], 1, BlockOf),
        new("getdifficulty", [], 0, Difficulty),
        new("gettxout", ["txid", "n", "include_mempool"], 2, TxOut),
        new("getblocktemplate", ["template_request"], 0, GetBlockTemplate),
        new("submitblock", ["hexdata", "dummy"], 1, SubmitBlock),
        new("submitmergedblock", ["hexdata", "dummy"], 1, SubmitMergedBlock),
        new("getmininginfo", [], 0, MiningInfo),
        new("generatetoaddress", ["nblocks", "address", "maxtries"], 2, GenerateToAddress),
        new("sendrawtransaction", ["hexstring", "maxfeerate"], 1, SendRawTransaction),
        new("getrawmempool", ["verbose"], 0, RawMempool),
        new("getmempoolinfo", [], 0, MempoolInfo),
        new("getnetworkinfo", [], 0, NetworkInfo),
        new("getconnectioncount", [], 0, ConnectionCount),
        new("validateaddress", ["address"], 1, ValidateAddress),
        new("getminingaddress", [], 0, MiningAddress),
        new("getbalance", [], 0, GetBalance),
        new("sendtoaddress", ["address", "amount", "fee_rate"], 2, SendToAddress),
        new("uptime", [], 0, Uptime),
        new("stop", [], 0, Stop),
        new("help", [], 0, Help),
    ];

    /// <summary>A hash parameter; Core's words for a wrong length or digit.</summary>
    private static Hash256 HashOf(RpcCall call, int index, string name)
    {
        string text = call.Text(index);
        if (text.Length != 64)
        {
            throw new RpcFault(RpcFaultCode.InvalidParameter, $"{name} must be of length 64 (not {text.Length}, for '{Hex.Shorten(text)}')");
        }
        try
        {
            return Hash256.FromDisplay(text);
        }
        catch (FormatException)
        {
            throw new RpcFault(RpcFaultCode.InvalidParameter, $"{name} must be hexadecimal string (not '{text}')");
        }
    }

    /// <summary>Bytes of a hex parameter; null when it is not hex.</summary>
    private static byte[]? BytesOf(string text)
    {
        byte[] bytes = new byte[text.Length / 2];
        return text.Length % 2 == 0 && Hex.TryDecode(text, bytes, out int written) && written == bytes.Length ? bytes : null;
    }

    private byte[] ScriptOf(RpcCall call, int index) => Address.TryDecode(call.Text(index), Coin, out byte[] script, out string error)
        ? script
        : throw new RpcFault(RpcFaultCode.InvalidAddressOrKey, $"Error: Invalid address: {error}");
}
