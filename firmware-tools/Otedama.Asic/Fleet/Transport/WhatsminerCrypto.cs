using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Otedama.Asic;

/// <summary>What a get_token reply and the password give: the key of what is written and the sign under it. A secret as a whole.</summary>
public sealed class WhatsminerToken
{
    private readonly byte[] _key;

    private WhatsminerToken(string hostPassword, string sign)
    {
        HostPassword = new FleetSecret(hostPassword);
        Sign = new FleetSecret(sign);
        _key = SHA256.HashData(Encoding.ASCII.GetBytes(hostPassword));
    }

    public FleetSecret HostPassword { get; }

    public FleetSecret Sign { get; }

    /// <summary>The key in hex, for checks against vectors.</summary>
    public FleetSecret Key => new(Convert.ToHexStringLower(_key));

    /// <param name="time">As the device wrote it.</param>
    public static WhatsminerToken Of(FleetSecret password, string salt, string newSalt, string time)
    {
        string host = Md5Crypt.Hash(password.Reveal(), salt);
        return new WhatsminerToken(host, Md5Crypt.Hash(host + time, newSalt));
    }

    /// <summary>The message to send: {"enc":1,"data":...} around the command with its sign.</summary>
    public byte[] Wrap(string command, JsonObject? parameters = null)
    {
        JsonObject body = new() { ["cmd"] = command, ["token"] = Sign.Reveal() };
        foreach ((string name, JsonNode? value) in parameters ?? [])
        {
            body[name] = value?.DeepClone();
        }
        return Encoding.UTF8.GetBytes(new JsonObject { ["enc"] = 1, ["data"] = Encrypt(Relaxed(body)) }.ToJsonString());
    }

    /// <summary>Zero-padded to 16, AES-256-ECB, base64.</summary>
    public string Encrypt(string plain) => WhatsminerCipher.Encrypt(_key, plain);

    /// <summary>Text of {"enc":"..."}; null when it does not decrypt to UTF-8 text.</summary>
    public string? Decrypt(string data) => WhatsminerCipher.Decrypt(_key, data);

    internal static string Relaxed(JsonNode node)
    {
        // Base64 in it holds + and /, which the device's own parser wants as they are.
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter writer = new(bytes, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            node.WriteTo(writer);
        }
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }
}

/// <summary>AES-256-ECB with zeros to the block, in base64: both versions of the interface use it.</summary>
public static class WhatsminerCipher
{
    public static string Encrypt(ReadOnlySpan<byte> key, string plain)
    {
        byte[] text = Encoding.UTF8.GetBytes(plain);
        Array.Resize(ref text, (text.Length + 15) / 16 * 16);
        using Aes aes = Aes.Create();
        aes.Key = key.ToArray();
        return Convert.ToBase64String(aes.EncryptEcb(text, PaddingMode.None));
    }

    public static string? Decrypt(ReadOnlySpan<byte> key, string data)
    {
        try
        {
            byte[] cipher = Convert.FromBase64String(data.Trim());
            if (cipher.Length == 0 || cipher.Length % 16 != 0)
            {
                return null;
            }
            using Aes aes = Aes.Create();
            aes.Key = key.ToArray();
            byte[] plain = aes.DecryptEcb(cipher, PaddingMode.None);
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(plain).TrimEnd('\0');
        }
        catch (Exception e) when (e is FormatException or CryptographicException or DecoderFallbackException)
        {
            return null;
        }
    }
}

/// <summary>Version 3: a length before each message, and a token made anew for each command.</summary>
public static class WhatsminerV3
{
    /// <summary>LE32 length and the text.</summary>
    public static byte[] Frame(string json)
    {
        byte[] text = Encoding.UTF8.GetBytes(json);
        byte[] frame = new byte[4 + text.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, text.Length);
        text.CopyTo(frame, 4);
        return frame;
    }

    public static string Get(string command, string? parameter)
    {
        JsonObject body = new() { ["cmd"] = command };
        if (parameter is not null)
        {
            body["param"] = parameter;
        }
        return WhatsminerToken.Relaxed(body);
    }

    /// <summary>First 8 characters of the base64 of Key.</summary>
    public static FleetSecret Token(string command, FleetSecret password, string salt, long timestamp) =>
        new(Convert.ToBase64String(Key(command, password, salt, timestamp))[..8]);

    /// <summary>SHA-256 of command, password, salt and timestamp: the key for parameters that travel encrypted.</summary>
    public static byte[] Key(string command, FleetSecret password, string salt, long timestamp) =>
        SHA256.HashData(Encoding.UTF8.GetBytes(command + password.Reveal() + salt + timestamp.ToString(CultureInfo.InvariantCulture)));

    /// <summary>A command that writes.</summary>
    /// <param name="encrypts">The parameter goes encrypted: pools and passwords.</param>
    public static string Set(string command, JsonNode? parameter, FleetCredentials credentials, string salt, long timestamp, bool encrypts)
    {
        JsonObject body = new()
        {
            ["cmd"] = command,
            ["ts"] = timestamp,
            ["token"] = Token(command, credentials.Password, salt, timestamp).Reveal(),
            ["account"] = credentials.User,
        };
        if (parameter is not null)
        {
            body["param"] = encrypts
                ? WhatsminerCipher.Encrypt(Key(command, credentials.Password, salt, timestamp), WhatsminerToken.Relaxed(parameter)) : parameter.DeepClone();
        }
        return WhatsminerToken.Relaxed(body);
    }
}
