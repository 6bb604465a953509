using System.Security.Cryptography;
using Otedama.Core;

namespace Otedama.Node;

/// <summary>
/// One secp256k1 key in a file with owner-only access. Pays to P2WSH of that key: provably spendable with what the
/// platform's crypto library offers. Meant for the embedded chain's coins, which are worth nothing elsewhere.
/// </summary>
internal sealed class NodeWallet
{
    /// <summary>DER signature of at most 72 bytes and its type, script of 35, and their lengths: witness weight per input.</summary>
    private const int SignatureBytesMax = 73;

    private readonly byte[] _privateKey;
    private readonly byte[] _inner;

    private NodeWallet(byte[] privateKey)
    {
        _privateKey = privateKey;
        _inner = [Secp256k1.PublicKeyBytes, .. Secp256k1.PublicKey(privateKey), Core.Script.OpCheckSig];
        Script = Core.Script.WitnessProgram(0, SHA256.HashData(_inner));
    }

    /// <summary>Output script that pays this wallet.</summary>
    public byte[] Script { get; }

    /// <summary>Reads the key file or makes one. Throws InvalidDataException when it is damaged, never overwrites it.</summary>
    public static NodeWallet Open(string path)
    {
        if (!File.Exists(path))
        {
            WriteKey(path, Secp256k1.NewPrivateKey());
        }
        byte[] key = new byte[Secp256k1.PrivateKeyBytes];
        string text = File.ReadAllText(path).Trim();
        if (text.Length != 2 * key.Length || !Hex.TryDecode(text, key, out _))
        {
            throw new InvalidDataException($"{path}: not a key of 64 hex digits. Restore it from a copy; it was not changed.");
        }
        try
        {
            return new NodeWallet(key);
        }
        catch (CryptographicException error)
        {
            throw new InvalidDataException($"{path}: the key is out of range for secp256k1, or the crypto library refuses that curve (FIPS mode). {error.Message}", error);
        }
    }

    /// <summary>
    /// Spends the oldest coins first until amount and fee are covered; change returns to this wallet. Null when
    /// the coins do not suffice. feePerKvb in smallest units per 1000 virtual bytes.
    /// </summary>
    public Transaction? Pay(IReadOnlyList<KeyValuePair<OutPoint, Coin>> coins, ReadOnlyMemory<byte> to, Amount amount, long feePerKvb, out Amount fee)
    {
        List<KeyValuePair<OutPoint, Coin>> chosen = [];
        Amount total = Amount.Zero;
        fee = Amount.Zero;
        foreach (KeyValuePair<OutPoint, Coin> coin in coins)
        {
            chosen.Add(coin);
            total += coin.Value.Output.Amount;
            fee = new Amount(((feePerKvb * SizeOf(chosen.Count, to.Length)) + 999) / 1000);
            if (total >= amount + fee)
            {
                return Sign(chosen, Outputs(to, amount, total - amount - fee, ref fee));
            }
        }
        return null;
    }

    /// <summary>Change below what spending it later costs goes to the fee.</summary>
    private List<TxOutput> Outputs(ReadOnlyMemory<byte> to, Amount amount, Amount change, ref Amount fee)
    {
        const long DustUnits = 330;
        List<TxOutput> outputs = [new TxOutput(amount, to)];
        if (change.Units > DustUnits)
        {
            outputs.Add(new TxOutput(change, Script));
        }
        else
        {
            fee += change;
        }
        return outputs;
    }

    private Transaction Sign(List<KeyValuePair<OutPoint, Coin>> coins, List<TxOutput> outputs)
    {
        TxInput[] inputs = [.. coins.Select(coin => new TxInput(coin.Key, ReadOnlyMemory<byte>.Empty, 0xffff_fffd))];
        Transaction plain = new(2, inputs, outputs, 0);
        for (int i = 0; i < inputs.Length; i++)
        {
            Hash256 hash = SpendRules.SignatureHash(plain, i, _inner, coins[i].Value.Output.Amount);
            byte[] signature = [.. Secp256k1.Sign(_privateKey, hash), 1];
            inputs[i] = inputs[i] with { Witness = [signature, _inner] };
        }
        return new Transaction(2, inputs, outputs, 0);
    }

    /// <summary>Virtual bytes with every signature at its longest.</summary>
    private long SizeOf(int inputs, int scriptLength)
    {
        long stripped = 10 + (41L * inputs) + 9 + scriptLength + 9 + Script.Length + 4;
        long witness = 2 + (inputs * (3L + SignatureBytesMax + _inner.Length));
        return stripped + ((witness + 3) / 4);
    }

    /// <summary>Whole or not at all: written beside, then renamed.</summary>
    private static void WriteKey(string path, byte[] key)
    {
        string fresh = path + ".new";
        File.Delete(fresh);
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        using (FileStream file = new(fresh, options))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(Hex.Encode(key) + "\n"));
            file.Flush(flushToDisk: true);
        }
        File.Move(fresh, path);
    }
}
