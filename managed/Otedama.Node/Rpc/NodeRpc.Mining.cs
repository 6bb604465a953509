using System.Text.Json;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Node;

/// <summary>Templates and blocks.</summary>
internal sealed partial class NodeRpc
{
    private const long TriesDefault = 1_000_000;
    private const int GenerateMax = 1000;

    private async ValueTask GetBlockTemplate(RpcCall call, Utf8JsonWriter json, CancellationToken cancellation)
    {
        JsonElement request = call.Has(0) ? call.Object(0) : default;
        string mode = TextOf(request, "mode", "Invalid mode") ?? "template";
        if (mode == "proposal")
        {
            Propose(request, json);
            return;
        }
        if (mode != "template")
        {
            throw new RpcFault(RpcFaultCode.InvalidParameter, "Invalid mode");
        }
        if (!AsksForSegwit(request))
        {
            throw new RpcFault(RpcFaultCode.InvalidParameter,
                "getblocktemplate must be called with the segwit rule set (call with {\"rules\": [\"segwit\"]})");
        }
        if (TextOf(request, "longpollid", "Invalid longpollid") is { Length: > 0 } longPollId)
        {
            await chain.WaitForTemplateAsync(longPollId, options.LongPollMempoolDelay, options.LongPollMax, cancellation);
        }
        WriteTemplate(json, chain.Template());
    }

    private void Propose(JsonElement request, Utf8JsonWriter json)
    {
        string hex = TextOf(request, "data", "Missing data String key for proposal", RpcFaultCode.WrongType)
            ?? throw new RpcFault(RpcFaultCode.WrongType, "Missing data String key for proposal");
        WriteReason(json, chain.Propose(DecodeBlock(hex)));
    }

    private ValueTask SubmitBlock(RpcCall call, Utf8JsonWriter json, CancellationToken cancellation)
    {
        Block block = WithReservedWitness(DecodeBlock(call.Text(0)));
        BlockOutcome outcome = Store(block);
        WriteReason(json, outcome.Fate switch
        {
            BlockFate.Tip => null,
            BlockFate.Side => "inconclusive",
            _ => outcome.Reason,
        });
        return ValueTask.CompletedTask;
    }

    /// <summary>The form in which nodes of the Verus family take blocks; no other chain is mined along here.</summary>
    private ValueTask SubmitMergedBlock(RpcCall call, Utf8JsonWriter json, CancellationToken cancellation)
    {
        Block block = WithReservedWitness(DecodeBlock(call.Text(0)));
        BlockOutcome outcome = Store(block);
        json.WriteStartObject();
        json.WriteHash("blockhash", block.Id);
        if (outcome.Fate is BlockFate.Tip)
        {
            json.WriteBoolean("accepted", true);
        }
        else
        {
            json.WriteString("rejected", outcome.Reason ?? "inconclusive");
        }
        json.WriteEndObject();
        return ValueTask.CompletedTask;
    }

    private ValueTask GenerateToAddress(RpcCall call, Utf8JsonWriter json, CancellationToken cancellation)
    {
        int count = call.Int(0);
        if (count is < 0 or > GenerateMax)
        {
            throw new RpcFault(RpcFaultCode.InvalidParameter, $"nblocks {count} is outside 0 to {GenerateMax}");
        }
        if (Coin.Family.Unproven(default).Proof is not null)
        {
            throw new RpcFault(RpcFaultCode.InvalidParameter, $"generatetoaddress cannot make {Coin.Algorithm} proofs; mine with a pool and a rig");
        }
        byte[] script = ScriptOf(call, 1);
        long tries = call.Has(2) ? call.Int(2) : TriesDefault;
        json.WriteStartArray();
        for (int i = 0; i < count && tries > 0; i++)
        {
            if (chain.Generate(script, ref tries, cancellation) is Block block && Store(block).Fate == BlockFate.Tip)
            {
                json.WriteStringValue(block.Id.ToString());
            }
        }
        json.WriteEndArray();
        return ValueTask.CompletedTask;
    }

    private ValueTask MiningInfo(RpcCall call, Utf8JsonWriter json, CancellationToken cancellation)
    {
        ChainEntry tip = chain.Tip;
        json.WriteStartObject();
        json.WriteNumber("blocks", tip.Height);
        json.WriteString("bits", $"{tip.Header.Bits:x8}");
        json.WriteNumber("difficulty", DifficultyOf(tip.Header.Bits));
        json.WriteString("target", Target.FromCompact(tip.Header.Bits).ToString());
        json.WriteNumber("networkhashps", HashesPerSecond(tip));
        json.WriteNumber("pooledtx", chain.Read((_, pool) => pool.Count));
        json.WriteString("chain", Coin.Network);
        json.WriteString("warnings", "");
        json.WriteEndObject();
        return ValueTask.CompletedTask;
    }

    private BlockOutcome Store(Block block)
    {
        try
        {
            return chain.Submit(block);
        }
        catch (IOException error)
        {
            throw new RpcFault(
                RpcFaultCode.Database,
                $"block {block.Id} is good but cannot be stored: {error.Message}. Free space on the disk and submit it again.");
        }
    }

    private void WriteTemplate(Utf8JsonWriter json, BlockTemplate template)
    {
        uint time = (uint)Math.Max(template.TimeMin, Math.Max(0, UnixNow()));
        uint bits = Retargeter.NextBits(template.Tip, time, chain.Rules);
        json.WriteStartObject();
        WriteTexts(json, "capabilities", "proposal");
        json.WriteNumber("version", chain.Rules.BlockVersion);
        WriteTexts(json, "rules", "csv", "!segwit");
        json.WriteStartObject("vbavailable");
        json.WriteEndObject();
        json.WriteNumber("vbrequired", 0);
        json.WriteHash("previousblockhash", template.Tip.Id);
        WriteTemplateTransactions(json, template);
        json.WriteStartObject("coinbaseaux");
        json.WriteEndObject();
        json.WriteNumber("coinbasevalue", template.CoinbaseValue.Units);
        json.WriteString("longpollid", template.LongPollId);
        json.WriteString("target", Target.FromCompact(bits).ToString());
        json.WriteNumber("mintime", template.TimeMin);
        WriteTexts(json, "mutable", "time", "transactions", "prevblock");
        json.WriteString("noncerange", "00000000ffffffff");
        json.WriteNumber("sigoplimit", ChainRules.SigOpCostMax);
        json.WriteNumber("sizelimit", ChainRules.WeightMax);
        json.WriteNumber("weightlimit", ChainRules.WeightMax);
        json.WriteNumber("curtime", time);
        json.WriteString("bits", $"{bits:x8}");
        json.WriteNumber("height", template.Height);
        json.WriteHex("default_witness_commitment", Coinbase.CommitmentScript(Coinbase.Commitment(template.Bodies)));
        foreach ((string name, string text) in Coin.Family.TemplateFields(chain.GenesisId))
        {
            json.WriteString(name, text);
        }
        json.WriteEndObject();
    }

    private static void WriteTemplateTransactions(Utf8JsonWriter json, BlockTemplate template)
    {
        json.WriteStartArray("transactions");
        foreach (TemplateEntry each in template.Transactions)
        {
            Transaction transaction = each.Entry.Transaction;
            json.WriteStartObject();
            json.WriteHex("data", transaction.ToArray());
            json.WriteHash("txid", transaction.TxId);
            json.WriteHash("hash", transaction.WTxId);
            json.WriteStartArray("depends");
            foreach (int place in each.Depends)
            {
                json.WriteNumberValue(place);
            }
            json.WriteEndArray();
            json.WriteNumber("fee", each.Entry.Fee.Units);
            json.WriteNumber("sigops", each.Entry.SigOpCost);
            json.WriteNumber("weight", transaction.Weight);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, params ReadOnlySpan<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
        {
            json.WriteStringValue(value);
        }
        json.WriteEndArray();
    }

    private static void WriteReason(Utf8JsonWriter json, string? reason)
    {
        if (reason is null)
        {
            json.WriteNullValue();
        }
        else
        {
            json.WriteStringValue(reason);
        }
    }

    private Block DecodeBlock(string hex)
    {
        if (BytesOf(hex) is not byte[] bytes)
        {
            throw new RpcFault(RpcFaultCode.Deserialization, "Block decode failed");
        }
        try
        {
            Block block = chain.Parse(bytes);
            return block.Transactions.Count > 0 && block.Transactions[0].IsCoinbase
                ? block
                : throw new RpcFault(RpcFaultCode.Deserialization, "Block does not start with a coinbase");
        }
        catch (FormatException error)
        {
            throw new RpcFault(RpcFaultCode.Deserialization, $"Block decode failed: {error.Message}");
        }
    }

    /// <summary>
    /// A committed block whose coinbase lacks the reserved witness gets it, as Core does for older miners.
    /// </summary>
    private static Block WithReservedWitness(Block block)
    {
        Transaction coinbase = block.Transactions[0];
        if (coinbase.HasWitness || Coinbase.CommitmentIndex(coinbase) < 0)
        {
            return block;
        }
        TxInput input = coinbase.Inputs[0] with { Witness = Coinbase.ReservedWitness };
        Transaction complete = new(coinbase.Version, [input], coinbase.Outputs, coinbase.LockTime);
        return block with { Transactions = [complete, .. block.Transactions.Skip(1)] };
    }

    private static bool AsksForSegwit(JsonElement request) =>
        request.ValueKind == JsonValueKind.Object
        && request.TryGetProperty("rules", out JsonElement rules)
        && rules.ValueKind == JsonValueKind.Array
        && rules.EnumerateArray().Any(rule => rule.ValueKind == JsonValueKind.String && rule.GetString() == "segwit");

    /// <summary>A member that must be text when it is there; null when it is not.</summary>
    private static string? TextOf(JsonElement request, string name, string fault, int code = RpcFaultCode.InvalidParameter)
    {
        if (request.ValueKind != JsonValueKind.Object || !request.TryGetProperty(name, out JsonElement member) || member.ValueKind == JsonValueKind.Null)
        {
            return null;
        }
        return member.ValueKind == JsonValueKind.String ? member.GetString() : throw new RpcFault(code, fault);
    }

    /// <summary>Work of the last 120 blocks over the time they span.</summary>
    private static double HashesPerSecond(ChainEntry tip)
    {
        ChainEntry first = tip.Ancestor(Math.Max(Math.Min(1, tip.Height), tip.Height - 120));
        double seconds = Math.Max(1.0, (double)tip.Header.Time - first.Header.Time);
        return tip == first ? 0 : (tip.Work - first.Work).ToDouble() / seconds;
    }

    private long UnixNow() => time.GetUtcNow().ToUnixTimeSeconds();
}
