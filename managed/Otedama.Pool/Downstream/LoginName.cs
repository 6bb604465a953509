using System.Globalization;
using System.Text;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// A user name taken apart: address[.worker][+difficulty]; "_" and "/" separate as "." does. Difficulty 0 = none.
/// </summary>
public readonly record struct LoginName(string Address, string Worker, byte[] Script, double Difficulty = 0)
{
    /// <summary>Longest user name looked at, characters: the longest address, a dot, the longest worker name.</summary>
    public const int CharactersMax = 320;

    public const int WorkerBytesMax = 191;

    /// <summary>Whether this is the beginning of a longer name, and no address ends in it.</summary>
    public static bool IsCut(string user) =>
        user.Length >= CharactersMax && user.AsSpan().IndexOfAny('.', '_', '/') < 0;

    /// <summary>False when the address is not one of the coin; error says so in words for the miner's log.</summary>
    public static bool TryParse(string user, CoinSpec coin, out LoginName name, out string error)
    {
        double difficulty = CutDifficulty(ref user);
        int end = user.AsSpan().IndexOfAny('.', '_', '/'); // no address of any coin has one of these
        string address = (end < 0 ? user : user[..end]).Trim();
        string worker = end < 0 ? "" : CutWorker(user[(end + 1)..].Trim());
        bool good = Core.Address.TryDecode(address, coin, out byte[] script, out error);
        name = new LoginName(address, worker, script, difficulty);
        return good;
    }

    /// <summary>Takes +number off the end; 0 and nothing cut when there is none.</summary>
    private static double CutDifficulty(ref string user)
    {
        int plus = user.LastIndexOf('+');
        const NumberStyles Styles = NumberStyles.AllowDecimalPoint;
        if (plus < 0 || !double.TryParse(user.AsSpan(plus + 1), Styles, CultureInfo.InvariantCulture,
            out double difficulty)
            || difficulty <= 0 || !double.IsFinite(difficulty))
        {
            return 0;
        }
        user = user[..plus];
        return difficulty;
    }

    /// <summary>
    /// Cuts at a character boundary so that the UTF-8 form fits; the same name is always cut the same way.
    /// </summary>
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
