using System.Globalization;
using System.Text.Json;
using Otedama.Core;

namespace Otedama.Node;

/// <summary>The shapes Bitcoin Core gives to values, blocks and transactions.</summary>
internal static class JsonText
{
    /// <summary>Money with its eight decimals, as a json number.</summary>
    public static void WriteAmount(this Utf8JsonWriter json, string name, Amount amount)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(amount.ToCoins().ToString("0.00000000", CultureInfo.InvariantCulture), skipInputValidation: true);
    }

    public static void WriteHash(this Utf8JsonWriter json, string name, Hash256 hash) => json.WriteString(name, hash.ToString());

    public static void WriteHex(this Utf8JsonWriter json, string name, ReadOnlySpan<byte> bytes) => json.WriteString(name, Hex.Encode(bytes));

    public static void WriteScript(this Utf8JsonWriter json, string name, ReadOnlySpan<byte> script, CoinSpec coin)
    {
        json.WriteStartObject(name);
        json.WriteHex("hex", script);
        if (Address.TryEncode(script, coin, out string address))
        {
            json.WriteString("address", address);
        }
        json.WriteString("type", TypeOf(script));
        json.WriteEndObject();
    }

    public static void WriteTransaction(this Utf8JsonWriter json, Transaction transaction, CoinSpec coin)
    {
        json.WriteStartObject();
        json.WriteHash("txid", transaction.TxId);
        json.WriteHash("hash", transaction.WTxId);
        json.WriteNumber("version", transaction.Version);
        json.WriteNumber("size", transaction.Size);
        json.WriteNumber("vsize", transaction.VirtualSize);
        json.WriteNumber("weight", transaction.Weight);
        json.WriteNumber("locktime", transaction.LockTime);
        json.WriteStartArray("vin");
        foreach (TxInput input in transaction.Inputs)
        {
            WriteInput(json, input);
        }
        json.WriteEndArray();
        json.WriteStartArray("vout");
        for (int i = 0; i < transaction.Outputs.Count; i++)
        {
            json.WriteStartObject();
            json.WriteAmount("value", transaction.Outputs[i].Amount);
            json.WriteNumber("n", i);
            json.WriteScript("scriptPubKey", transaction.Outputs[i].Script.Span, coin);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteHex("hex", transaction.ToArray());
        json.WriteEndObject();
    }

    private static void WriteInput(Utf8JsonWriter json, TxInput input)
    {
        json.WriteStartObject();
        if (input.Previous.IsNull)
        {
            json.WriteHex("coinbase", input.Script.Span);
        }
        else
        {
            json.WriteHash("txid", input.Previous.TxId);
            json.WriteNumber("vout", input.Previous.Index);
            json.WriteStartObject("scriptSig");
            json.WriteHex("hex", input.Script.Span);
            json.WriteEndObject();
        }
        if (input.Witness.Count > 0)
        {
            json.WriteStartArray("txinwitness");
            foreach (ReadOnlyMemory<byte> item in input.Witness)
            {
                json.WriteStringValue(Hex.Encode(item.Span));
            }
            json.WriteEndArray();
        }
        json.WriteNumber("sequence", input.Sequence);
        json.WriteEndObject();
    }

    private static string TypeOf(ReadOnlySpan<byte> script)
    {
        if (Script.TryWitnessProgram(script, out int version, out ReadOnlySpan<byte> program))
        {
            return (version, program.Length) switch
            {
                (0, 20) => "witness_v0_keyhash",
                (0, 32) => "witness_v0_scripthash",
                (1, 32) => "witness_v1_taproot",
                _ => "witness_unknown",
            };
        }
        return script switch
        {
            [Script.OpDup, Script.OpHash160, 20, .., Script.OpEqualVerify, Script.OpCheckSig] when script.Length == 25 => "pubkeyhash",
            [Script.OpHash160, 20, .., Script.OpEqual] when script.Length == 23 => "scripthash",
            [Script.OpReturn, ..] => "nulldata",
            _ => "nonstandard",
        };
    }
}
