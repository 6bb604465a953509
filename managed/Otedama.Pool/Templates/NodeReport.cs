using System.Text.Json;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>What a coin node says about itself, and whether it is one of the coin's. Unknown = null, never zero.</summary>
public sealed record NodeReport
{
    /// <summary>Blocks a node may be behind its own headers, other nodes or the pool's blocks before it is not mined on.</summary>
    public const int BehindMax = 6;

    /// <summary>As getblockchaininfo names it: "main", "test", "regtest".</summary>
    public string? Chain { get; private init; }

    public Hash256? Genesis { get; private init; }

    public int? Height { get; private init; }

    public int? Headers { get; private init; }

    public bool? InitialDownload { get; private init; }

    /// <summary>Peers of the node; null when it does not tell.</summary>
    public int? Peers { get; private init; }

    /// <summary>Round trip of the first question.</summary>
    public double LatencyMs { get; private init; }

    /// <summary>
    /// Asks getblockchaininfo, and by it what chain this is. Throws RpcException when the node does not answer; methods an old
    /// node does not have leave their part unknown.
    /// </summary>
    public static async Task<NodeReport> AskAsync(IRpcLink node, TimeSpan timeout, TimeProvider time, CancellationToken stop)
    {
        long asked = time.GetTimestamp();
        NodeReport report = Read(await TryAskAsync(node, "getblockchaininfo", "", timeout, stop)) with
        {
            LatencyMs = time.GetElapsedTime(asked).TotalMilliseconds,
        };
        string genesis = TextOf(await TryAskAsync(node, "getblockhash", "0", timeout, stop));
        string peers = NumberOf(await TryAskAsync(node, "getconnectioncount", "", timeout, stop));
        return report with
        {
            Genesis = genesis.Length == 2 * Hash256.Size && genesis.All(char.IsAsciiHexDigit) ? Hash256.FromDisplay(genesis) : null,
            Peers = int.TryParse(peers, out int count) ? count : null,
        };
    }

    /// <summary>
    /// Why the node gives no work for this coin at the moment, in its own words; null when it does. Some nodes answer every
    /// question but this one while they have no peer.
    /// </summary>
    public static async Task<string?> TemplateProblemAsync(IRpcLink node, CoinSpec coin, TimeSpan timeout, CancellationToken stop)
    {
        if (coin.Family.KeepsNodeCoinbase)
        {
            return null; // its templates have to be asked for with somebody to pay
        }
        try
        {
            using RpcAnswer answer = await node.CallAsync(TemplateRequest.Create(NodeClientGroupOptions.RulesOf(coin), ""), timeout, stop);
            return null;
        }
        catch (RpcException e)
        {
            return $"it gives no work: {e.Message}";
        }
    }

    /// <summary>Why blocks for this coin cannot be mined on the node: another chain; null when nothing speaks against it.</summary>
    public string? ForeignTo(CoinSpec coin)
    {
        bool otherChain = Chain is not null && Chain != coin.Network;
        bool otherGenesis = Genesis is not null && !coin.Genesis.IsZero && Genesis != coin.Genesis;
        if (!otherChain && !otherGenesis)
        {
            return null;
        }
        string known = coin.Genesis.IsZero ? "" : $", genesis {coin.Genesis}";
        return $"it runs chain \"{Hex.Shorten(Chain ?? "?")}\" with genesis {Genesis?.ToString() ?? "unknown"}; this pool mines {coin.DisplayName} "
            + $"(node.coin {coin.Name}, node.network {coin.Network}{known}). Correct node.coin, node.network or node.urls.";
    }

    /// <summary>Why the node is not there yet; null when it is, or does not tell.</summary>
    public string? BehindFor(CoinSpec coin)
    {
        // Test networks may be without a block for days, which a node takes for its initial download.
        if (InitialDownload == true && coin.Network == "main")
        {
            return $"it is downloading the block chain: block {Height} of {Headers}. It is not mined on before it has caught up.";
        }
        return Headers - Height > BehindMax ? $"it has {Height} of {Headers} blocks. It is not mined on before it has caught up." : null;
    }

    private static async Task<byte[]> TryAskAsync(IRpcLink node, string method, string parameters, TimeSpan timeout, CancellationToken stop)
    {
        try
        {
            using RpcAnswer answer = await node.CallAsync(RpcRequest.Create(method, parameters), timeout, stop);
            return answer.Result.ToArray();
        }
        catch (RpcException e) when (e.Failure is RpcFailure.NoSuchMethod or RpcFailure.Refused)
        {
            return "null"u8.ToArray();
        }
    }

    private static NodeReport Read(byte[] json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement info = document.RootElement;
        if (info.ValueKind != JsonValueKind.Object)
        {
            return new NodeReport();
        }
        return new NodeReport
        {
            Chain = info.TryGetProperty("chain", out JsonElement chain) && chain.ValueKind == JsonValueKind.String ? chain.GetString() : null,
            Height = Number(info, "blocks"),
            Headers = Number(info, "headers"),
            InitialDownload = Flag(info, "initialblockdownload") ?? !Flag(info, "initial_block_download_complete"),
        };
    }

    private static int? Number(JsonElement info, string name) =>
        info.TryGetProperty(name, out JsonElement member) && member.ValueKind == JsonValueKind.Number && member.TryGetInt32(out int number) ? number : null;

    private static bool? Flag(JsonElement info, string name) =>
        info.TryGetProperty(name, out JsonElement member) && member.ValueKind is JsonValueKind.True or JsonValueKind.False ? member.GetBoolean() : null;

    private static string TextOf(byte[] json) => new JsonValue(json).GetText(2 * Hash256.Size);

    private static string NumberOf(byte[] json) => new JsonValue(json).TryGetInt64(out long number) ? $"{number}" : "";
}
