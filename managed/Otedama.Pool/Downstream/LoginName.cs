using System.Text;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>A user name taken apart: address[.worker].</summary>
public readonly record struct LoginName(string Address, string Worker, byte[] Script)
{
    /// <summary>Longest user name looked at, characters: the longest address, a dot, the longest worker name.</summary>
    public const int CharactersMax = 320;

    public const int WorkerBytesMax = 191;

    /// <summary>False when the address is not one of the coin; error says so in words for the miner's log.</summary>
    public static bool TryParse(string user, CoinSpec coin, out LoginName name, out string error)
    {
        int dot = user.IndexOf('.');
        string address = (dot < 0 ? user : user[..dot]).Trim();
        string worker = dot < 0 ? "" : CutWorker(user[(dot + 1)..].Trim());
        bool good = Core.Address.TryDecode(address, coin, out byte[] script, out error);
        name = new LoginName(address, worker, script);
        return good;
    }

    /// <summary>Cuts at a character boundary so that the UTF-8 form fits; the same name is always cut the same way.</summary>
    public static string CutWorker(string worker)
    {
        if (Encoding.UTF8.GetByteCount(worker) <= WorkerBytesMax)
        {
            return worker;
        }
        int bytes = 0;
        int length = 0;
        foreach (Rune rune in worker.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > WorkerBytesMax)
            {
                break;
            }
            length += rune.Utf16SequenceLength;
        }
        return worker[..length];
    }
}
