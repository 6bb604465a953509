using System.Security.Cryptography;
using System.Text;
using Otedama.Interop;

namespace Otedama;

/// <summary>
/// The secret that proves a request comes from the owner of the data directory. Kept across restarts in a file that only
/// its owner can read; replaced by `otedama token rotate`.
/// </summary>
internal sealed class ApiToken
{
    private const int Bytes = 24;

    private readonly string _path;
    private volatile string _text;

    private ApiToken(string path, string text) => (_path, _text) = (path, text);

    public string Text => _text;

    /// <summary>Reads the token file, or makes one that only its owner can read.</summary>
    public static ApiToken Load(string path)
    {
        if (System.IO.File.Exists(path))
        {
            string text = System.IO.File.ReadAllText(path).Trim();
            if (text.Length == Bytes * 2 && text.All(char.IsAsciiHexDigitLower))
            {
                return new ApiToken(path, text);
            }
            // Damaged: nobody holds a copy that works.
        }
        ApiToken token = new(path, "");
        token.Rotate();
        return token;
    }

    /// <summary>
    /// Makes a new secret; the old one is worth nothing from now on. Throws IOException when it cannot be kept.
    /// </summary>
    public void Rotate()
    {
        string text = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes));
        DurableFile.Write(_path, Encoding.ASCII.GetBytes(text + "\n"));
        _text = text;
    }

    public bool Matches(string? given) =>
        given is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.ASCII.GetBytes(_text));
}
