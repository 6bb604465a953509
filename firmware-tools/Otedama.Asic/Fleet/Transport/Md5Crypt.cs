using System.Security.Cryptography;
using System.Text;

namespace Otedama.Asic;

/// <summary>
/// The MD5 scheme of crypt(3), "$1$": what Whatsminers make their tokens of. Old and weak, and theirs.
/// </summary>
public static class Md5Crypt
{
    private const string Alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const int Rounds = 1000;

    /// <summary>The last field: 22 characters. Of the salt the first 8 characters up to a dollar sign count.</summary>
    public static string Hash(string password, string salt)
    {
        byte[] secret = Encoding.UTF8.GetBytes(password);
        byte[] spice = Encoding.UTF8.GetBytes(salt.Split('$')[0]);
        spice = spice.Length > 8 ? spice[..8] : spice;
        byte[] inner = MD5.HashData([.. secret, .. spice, .. secret]);
        List<byte> first = [.. secret, .. "$1$"u8, .. spice];
        for (int i = 0; i < secret.Length; i++)
        {
            first.Add(inner[i % 16]);
        }
        for (int bits = secret.Length; bits > 0; bits >>= 1)
        {
            first.Add((bits & 1) != 0 ? (byte)0 : secret[0]);
        }
        byte[] state = MD5.HashData(first.ToArray());
        for (int round = 0; round < Rounds; round++)
        {
            List<byte> next = [];
            next.AddRange(round % 2 == 1 ? secret : state);
            if (round % 3 != 0)
            {
                next.AddRange(spice);
            }
            if (round % 7 != 0)
            {
                next.AddRange(secret);
            }
            next.AddRange(round % 2 == 1 ? state : secret);
            state = MD5.HashData(next.ToArray());
        }
        StringBuilder text = new();
        for (int i = 0; i < 5; i++)
        {
            Append(text, (state[i] << 16) | (state[i + 6] << 8) | state[i == 4 ? 5 : i + 12], 4);
        }
        Append(text, state[11], 2);
        return text.ToString();
    }

    private static void Append(StringBuilder text, int bits, int characters)
    {
        for (int i = 0; i < characters; i++, bits >>= 6)
        {
            text.Append(Alphabet[bits & 63]);
        }
    }
}
