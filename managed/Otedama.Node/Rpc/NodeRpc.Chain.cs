using System.Text.Json;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Node;

/// <summary>Questions about the chain.</summary>
internal sealed partial class NodeRpc
{
    private ValueTask BlockchainInfo(RpcCall call, Utf8JsonWriter json, CancellationToken cancellation)
    {
        ChainEntry tip = chain.Tip;
        json.WriteStartObject();
        json.WriteString("chain", Coin.Network);
        json.WriteNumber("blocks", tip.Height);
        json.WriteNumber("headers", tip.Height);
        json.WriteHash("bestblockhash", tip.Id);
        json.WriteString("bits", $"{tip.Header.Bits:x8}");
        json.WriteString("target", Target.FromCompact(tip.Header.Bits).ToString());
        json.WriteNumber("difficulty", DifficultyOf(tip.Header.Bits));
        json.WriteNumber("time", tip.Header.Time);
        json.WriteNumber("mediantime", tip.MedianTime);
        json.WriteNumber("verificationprogress", 1);
        json.WriteBoolean("initialblockdownload", false);
        json.WriteString("chainwork", tip.Work.ToString());
        json.WriteNumber("size_on_disk", new FileInfo(Path.Combine(options.DataDirectory, "blocks.dat")).Length);
        json.WriteBoolean("pruned", false);
        json.WriteString("warnings", "");
        json.WriteEndObject();
        return ValueTask.CompletedTask;
    }

    private ValueTask BlockCount(RpcCall call, Utf8JsonWriter json, CancellationToken cancellation)
    {
        json.WriteNumberValue(chain.Tip.Height);
        return ValueTask.CompletedTask;
    }

    private ValueTask BestBlockHash(RpcCall call, Utf8JsonWriter json, CancellationToken cancellation)
    {
        json.WriteStringValue(chain.Tip.Id.ToString());
        return ValueTask.CompletedTask;
    }

    private ValueTask Difficulty(RpcCall call, Utf8JsonWriter json, CancellationToken cancellation)
    {
        json.WriteNumberValue(DifficultyOf(chain.Tip.Header.Bits));
        return ValueTask.CompletedTask;
    }

    private ValueTask BlockHash(RpcCall call, Utf8JsonWriter json, CancellationToken cancellation)
    {
        int height = call.Int(0);
        ChainEntry entry = chain.Read((store, _) => store.AtHeight(height))
            ?? throw new RpcFault(RpcFaultCode.InvalidParameter, "Block height out of range");
        json.WriteStringValue(entry.Id.ToString());
        return ValueTask.CompletedTask;
    }

    private ValueTask BlockHeaderOf(RpcCall call, Utf8JsonWriter json, CancellationToken cancellation)
    {
        ChainEntry entry = Known(call);
        if (!call.Flag(1, otherwise: true))
        {
            json.WriteStringValue(Hex.Encode(entry.Header.ToArray()));
            return ValueTask.CompletedTask;
        }
        json.WriteStartObject();
        WriteHeader(json, entry);
        json.WriteEndObject();
        return ValueTask.CompletedTask;
    }

    private ValueTask BlockOf(RpcCall call, Utf8JsonWriter json, CancellationToken cancellation)
    {
        ChainEntry entry = Known(call);
        int verbosity = VerbosityOf(call);
        Block block = chain.ReadBlock(entry);
        byte[] bytes = block.ToArray();
        if (verbosity <= 0)
        {
            json.WriteStringValue(Hex.Encode(bytes));
            return ValueTask.CompletedTask;
        }
        json.WriteStartObject();
        WriteHeader(json, entry);
        json.WriteNumber("strippedsize", block.ToArray(witness: false).Length);
        json.WriteNumber("size", bytes.Length);
        json.WriteNumber("weight", block.Weight);
        json.WriteStartArray("tx");
        foreach (Transaction transaction in block.Transactions)
        {
            if (verbosity == 1)
            {
                json.WriteStringValue(transaction.TxId.ToString());
            }
            else
            {
                json.WriteTransaction(transaction, Coin);
            }
        }
        json.WriteEndArray();
        json.WriteEndObject();
        return ValueTask.CompletedTask;
    }

    private ValueTask TxOut(RpcCall call, Utf8JsonWriter json, CancellationToken cancellation)
    {
        Hash256 txId = HashOf(call, 0, "txid");
        int index = call.Int(1);
        bool withPool = call.Flag(2, otherwise: true);
        OutPoint point = new(txId, index < 0 ? uint.MaxValue : (uint)index);
        (Coin? coin, ChainEntry tip, bool waiting) = chain.Read((store, pool) => Look(store, pool, point, withPool));
        if (coin is null)
        {
            json.WriteNullValue();
            return ValueTask.CompletedTask;
        }
        json.WriteStartObject();
        json.WriteHash("bestblock", tip.Id);
        json.WriteNumber("confirmations", waiting ? 0 : tip.Height - coin.Height + 1);
        json.WriteAmount("value", coin.Output.Amount);
        json.WriteScript("scriptPubKey", coin.Output.Script.Span, Coin);
        json.WriteBoolean("coinbase", coin.IsCoinbase);
        json.WriteEndObject();
        return ValueTask.CompletedTask;
    }

    private static (Coin? Coin, ChainEntry Tip, bool Waiting) Look(BlockStore store, TransactionPool pool, OutPoint point, bool withPool)
    {
        if (withPool && pool.IsSpent(point))
        {
            return (null, store.Tip, false);
        }
        if (store.Coins.Find(point) is Coin coin)
        {
            return (coin, store.Tip, false);
        }
        Transaction? waiting = withPool ? pool.Find(point.TxId)?.Transaction : null;
        return waiting is not null && point.Index < waiting.Outputs.Count
            ? (new Coin(waiting.Outputs[(int)point.Index], store.Tip.Height + 1, false), store.Tip, true)
            : (null, store.Tip, false);
    }

    private ChainEntry Known(RpcCall call)
    {
        Hash256 id = HashOf(call, 0, "blockhash");
        return chain.Read((store, _) => store.Find(id)) ?? throw new RpcFault(RpcFaultCode.InvalidAddressOrKey, "Block not found");
    }

    private static int VerbosityOf(RpcCall call) => !call.Has(1) ? 1 : call.Value(1).ValueKind switch
    {
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        _ => call.Int(1),
    };

    private void WriteHeader(Utf8JsonWriter json, ChainEntry entry)
    {
        (bool active, int tipHeight, ChainEntry? next) = chain.Read((store, _) =>
            (store.IsActive(entry), store.Tip.Height, store.IsActive(entry) ? store.AtHeight(entry.Height + 1) : null));
        BlockHeader header = entry.Header;
        json.WriteHash("hash", entry.Id);
        json.WriteNumber("confirmations", active ? tipHeight - entry.Height + 1 : -1);
        json.WriteNumber("height", entry.Height);
        json.WriteNumber("version", unchecked((int)header.Version));
        json.WriteString("versionHex", $"{header.Version:x8}");
        json.WriteHash("merkleroot", header.MerkleRoot);
        json.WriteNumber("time", header.Time);
        json.WriteNumber("mediantime", entry.MedianTime);
        foreach ((string name, object value) in header.Proof?.Shown(header) ?? [("nonce", (ulong)header.Nonce)])
        {
            if (value is ulong number)
            {
                json.WriteNumber(name, number);
            }
            else
            {
                json.WriteString(name, (string)value);
            }
        }
        json.WriteString("bits", $"{header.Bits:x8}");
        json.WriteString("target", Target.FromCompact(header.Bits).ToString());
        json.WriteNumber("difficulty", DifficultyOf(header.Bits));
        json.WriteString("chainwork", entry.Work.ToString());
        json.WriteNumber("nTx", entry.Transactions);
        if (entry.Parent is not null)
        {
            json.WriteHash("previousblockhash", entry.Parent.Id);
        }
        if (next is not null)
        {
            json.WriteHash("nextblockhash", next.Id);
        }
    }

    private static double DifficultyOf(uint bits) => Target.FromCompact(bits).ToDifficulty(Target.BitcoinOne);
}
