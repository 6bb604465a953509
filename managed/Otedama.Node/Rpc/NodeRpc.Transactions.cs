using System.Globalization;
using System.Text.Json;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Node;

/// <summary>The mempool and the node's own wallet.</summary>
internal sealed partial class NodeRpc
{
    /// <summary>Units per 1000 virtual bytes when sendtoaddress names no rate: ten units a virtual byte.</summary>
    private const long FeePerKvbDefault = 10_000;

    /// <summary>0.1 coin per 1000 virtual bytes: above it a transaction is taken for a mistake.</summary>
    private const long FeePerKvbMax = 10_000_000;

    private ValueTask SendRawTransaction(RpcCall call, Utf8JsonWriter json, CancellationToken cancellation)
    {
        Transaction transaction = DecodeTransaction(call.Text(0));
        if (chain.Submit(transaction) is MempoolRefusal refusal)
        {
            throw new RpcFault(refusal.Code, refusal.Reason);
        }
        json.WriteStringValue(transaction.TxId.ToString());
        return ValueTask.CompletedTask;
    }

    private ValueTask RawMempool(RpcCall call, Utf8JsonWriter json, CancellationToken cancellation)
    {
        bool verbose = call.Flag(0, otherwise: false);
        List<MempoolEntry> entries = chain.Read((_, pool) => pool.ByArrival.ToList());
        if (!verbose)
        {
            json.WriteStartArray();
            entries.ForEach(entry => json.WriteStringValue(entry.TxId.ToString()));
            json.WriteEndArray();
            return ValueTask.CompletedTask;
        }
        json.WriteStartObject();
        foreach (MempoolEntry entry in entries)
        {
            json.WriteStartObject(entry.TxId.ToString());
            json.WriteNumber("vsize", entry.Transaction.VirtualSize);
            json.WriteNumber("weight", entry.Transaction.Weight);
            json.WriteNumber("time", entry.Time);
            json.WriteNumber("ancestorsize", entry.AncestorSize);
            json.WriteStartObject("fees");
            json.WriteAmount("base", entry.Fee);
            json.WriteAmount("ancestor", entry.AncestorFee);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndObject();
        return ValueTask.CompletedTask;
    }

    private ValueTask MempoolInfo(RpcCall call, Utf8JsonWriter json, CancellationToken cancellation)
    {
        (int count, long bytes) = chain.Read((_, pool) => (pool.Count, pool.Bytes));
        json.WriteStartObject();
        json.WriteBoolean("loaded", true);
        json.WriteNumber("size", count);
        json.WriteNumber("bytes", bytes);
        json.WriteNumber("maxmempool", options.MempoolBytesMax);
        json.WriteAmount("mempoolminfee", new Amount(options.MinRelayFeePerKvb));
        json.WriteAmount("minrelaytxfee", new Amount(options.MinRelayFeePerKvb));
        json.WriteEndObject();
        return ValueTask.CompletedTask;
    }

    private ValueTask MiningAddress(RpcCall call, Utf8JsonWriter json, CancellationToken cancellation)
    {
        json.WriteStringValue(Address.TryEncode(chain.WalletScript.Span, Coin, out string address) ? address : "");
        return ValueTask.CompletedTask;
    }

    private ValueTask GetBalance(RpcCall call, Utf8JsonWriter json, CancellationToken cancellation)
    {
        json.WriteRawValue(chain.Balance().ToCoins().ToString("0.00000000", CultureInfo.InvariantCulture));
        return ValueTask.CompletedTask;
    }

    private ValueTask SendToAddress(RpcCall call, Utf8JsonWriter json, CancellationToken cancellation)
    {
        byte[] script = ScriptOf(call, 0);
        if (!Amount.TryParseCoins(call.DecimalText(1), out Amount amount) || amount <= Amount.Zero || amount.Units > ChainRules.MoneyMax)
        {
            throw new RpcFault(RpcFaultCode.WrongType, $"Invalid amount: \"{Hex.Shorten(call.DecimalText(1))}\" is not above 0 with at most 8 decimals");
        }
        long rate = call.Has(2) ? RateOf(call.DecimalText(2)) : FeePerKvbDefault;
        Transaction transaction = chain.Pay(script, amount, rate, out Amount fee, out MempoolRefusal? refusal)
            ?? throw new RpcFault(RpcFaultCode.InsufficientFunds, $"Insufficient funds: {chain.Balance()} mature and unspent");
        if (refusal is MempoolRefusal refused)
        {
            throw new RpcFault(RpcFaultCode.Wallet, $"the mempool refused the payment with fee {fee}: {refused.Reason}");
        }
        json.WriteStringValue(transaction.TxId.ToString());
        return ValueTask.CompletedTask;
    }

    /// <summary>Units per virtual byte, with decimals, to units per 1000.</summary>
    private long RateOf(string text)
    {
        bool number = decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal rate);
        if (!number || rate * 1000 > FeePerKvbMax || rate * 1000 < options.MinRelayFeePerKvb)
        {
            throw new RpcFault(
                RpcFaultCode.InvalidParameter,
                $"fee_rate \"{Hex.Shorten(text)}\" is outside {options.MinRelayFeePerKvb / 1000m} to {FeePerKvbMax / 1000} units per virtual byte");
        }
        return (long)(rate * 1000);
    }

    private static Transaction DecodeTransaction(string hex)
    {
        const string failed = "TX decode failed. Make sure the tx has at least one input.";
        if (BytesOf(hex) is not byte[] bytes)
        {
            throw new RpcFault(RpcFaultCode.Deserialization, failed);
        }
        try
        {
            return Transaction.Parse(bytes);
        }
        catch (FormatException error)
        {
            throw new RpcFault(RpcFaultCode.Deserialization, $"{failed} {error.Message}");
        }
    }
}
