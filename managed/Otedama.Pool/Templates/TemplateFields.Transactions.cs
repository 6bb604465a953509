using System.Text.Json;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>The transactions of a template: each one's fields, what they spend from each other, and what a block may hold.</summary>
internal sealed partial class TemplateFields
{
    private readonly List<int[]> _depends = []; // of the transactions, in order
    private bool _dependsKnown = true;
    private bool _transactionsFixed; // the node's list of what may be changed leaves the transactions out
    private long _weightLimit;
    private long _sizeLimit;
    private long _sigOpLimit;

    private void ReadLimitField(ref Utf8JsonReader reader)
    {
        switch (Current)
        {
            case "weightlimit":
                _weightLimit = Number(ref reader, 0, long.MaxValue);
                break;
            case "sizelimit":
                _sizeLimit = Number(ref reader, 0, long.MaxValue);
                break;
            case "sigoplimit":
                _sigOpLimit = Number(ref reader, 0, long.MaxValue);
                break;
            default:
                ReadMutable(ref reader);
                break;
        }
    }

    /// <summary>BIP 23: "transactions" allows any change, "transactions/remove" this one.</summary>
    private void ReadMutable(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }
        _transactionsFixed = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.String)
        {
            if (reader.ValueTextEquals("transactions"u8) || reader.ValueTextEquals("transactions/remove"u8))
            {
                _transactionsFixed = false;
            }
        }
    }

    /// <summary>Null where transactions have to stay: an extension block commits to those it is fed by.</summary>
    private List<int[]>? DependsWhereFree() => _dependsKnown && !_transactionsFixed && _suffix.Length == 0 ? _depends : null;

    /// <summary>
    /// Before activation a coinbase with a witness makes the block invalid, and some nodes give a commitment all the same;
    /// but a block that holds a witness is invalid without one, whatever the node's list of rules says.
    /// </summary>
    private byte[] CommitmentNeeded()
    {
        if (_witness is null)
        {
            return _segwitActive == false ? [] : _commitment;
        }
        return _commitment.Length > 0
            ? _commitment
            : throw new TemplateException(
                $"{_witness} has a witness, but field default_witness_commitment is missing: a block without it would be refused");
    }

    private TemplateTransaction ReadTransaction(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new TemplateException($"{Current} is not an object");
        }
        string name = Current;
        TransactionFields fields = default(TransactionFields);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            ReadTransactionField(ref reader, name, ref fields);
        }
        Current = name;
        _dependsKnown &= fields.Depends is not null;
        _depends.Add(fields.Depends ?? []);
        _authDigests.Add(fields.AuthDigest ?? BlockCommitments.LegacyDigest);
        // Nodes before segregated witness give one hash only.
        Hash256 txid = fields.TxId ?? fields.WitnessId ?? throw new TemplateException($"{name} has no txid");
        TemplateTransaction transaction = Intern(txid, in fields);
        if (transaction.WitnessId != txid)
        {
            _witness ??= name;
        }
        return transaction;
    }

    private void ReadTransactionField(ref Utf8JsonReader reader, string outer, ref TransactionFields fields)
    {
        Span<byte> name = stackalloc byte[16];
        int length = reader.HasValueSequence || reader.ValueSpan.Length > name.Length || reader.ValueIsEscaped ? 0 : reader.ValueSpan.Length;
        reader.ValueSpan[..length].CopyTo(name);
        reader.Read();
        switch (name[..length])
        {
            case var n when n.SequenceEqual("data"u8) && reader.TokenType == JsonTokenType.String:
                fields.Data = reader.ValueSpan;
                break;
            case var n when n.SequenceEqual("txid"u8):
                Current = $"{outer}.txid";
                fields.TxId = Hash(ref reader);
                break;
            case var n when n.SequenceEqual("hash"u8):
                Current = $"{outer}.hash";
                fields.WitnessId = Hash(ref reader);
                break;
            case var n when n.SequenceEqual("authdigest"u8):
                Current = $"{outer}.authdigest";
                fields.AuthDigest = Hash(ref reader);
                break;
            case var n when n.SequenceEqual("fee"u8):
                Current = $"{outer}.fee";
                fields.Fee = Number(ref reader, long.MinValue, long.MaxValue);
                break;
            case var n when n.SequenceEqual("weight"u8):
                Current = $"{outer}.weight";
                fields.Weight = (int)Number(ref reader, 0, 4 * BlockBytesMax);
                break;
            case var n when n.SequenceEqual("sigops"u8):
                Current = $"{outer}.sigops";
                fields.SigOps = (int)Math.Max(0, Number(ref reader, int.MinValue, int.MaxValue)); // -1 = unknown to the node
                break;
            case var n when n.SequenceEqual("depends"u8):
                Current = $"{outer}.depends";
                fields.Depends = Places(ref reader);
                break;
            case var n when n.SequenceEqual("required"u8):
                fields.Required = reader.TokenType == JsonTokenType.True;
                break;
            default:
                reader.Skip();
                break;
        }
    }

    /// <summary>Places of transactions that stand before this one, counted from 1.</summary>
    private int[] Places(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new TemplateException($"field {Current} is not a list");
        }
        List<int>? places = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            (places ??= []).Add((int)Number(ref reader, 1, _depends.Count));
        }
        return places?.ToArray() ?? [];
    }

    private TemplateTransaction Intern(Hash256 txid, in TransactionFields fields)
    {
        ReadOnlySpan<byte> data = fields.Data;
        // The witness identifier covers every byte of the data, so that the bytes need not be decoded again.
        if (fields.WitnessId is { } key && known.TryGetValue(key, out TemplateTransaction? old)
            && old.Data.Length * 2 == data.Length && old.TxId == txid && old.Fee.Units == fields.Fee && old.Required == fields.Required)
        {
            Seen[key] = old;
            return old;
        }
        byte[] bytes = new byte[data.Length / 2];
        if (bytes.Length == 0 || data.Length % 2 != 0 || !Hex.TryDecode(data, bytes, out int written) || written != bytes.Length)
        {
            throw new TemplateException($"{Current}.data is not the hex of a transaction");
        }
        TemplateTransaction transaction = new(
            txid, bytes, new Amount(fields.Fee), fields.Weight == 0 ? 4 * bytes.Length : fields.Weight)
        {
            WitnessId = fields.WitnessId ?? txid,
            SigOps = fields.SigOps,
            Required = fields.Required,
        };
        if (fields.WitnessId is { } id)
        {
            Seen[id] = transaction;
        }
        return transaction;
    }

    private ref struct TransactionFields
    {
        public ReadOnlySpan<byte> Data;
        public Hash256? TxId;
        public Hash256? WitnessId;
        public Hash256? AuthDigest;
        public int[]? Depends;
        public long Fee;
        public int Weight;
        public int SigOps;
        public bool Required;
    }
}
