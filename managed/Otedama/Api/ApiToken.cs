using System.Security.Cryptography;
using System.Text;

namespace Otedama;

/// <summary>
/// The secret that proves a request comes from the owner of the data directory. Kept across restarts, so that an open
/// dashboard goes on working.
/// </summary>
internal sealed class ApiToken
{
    private const int Bytes = 24;

    private readonly byte[] _utf8;

    private ApiToken(string text) => (Text, _utf8) = (text, Encoding.ASCII.GetBytes(text));

    public string Text { get; }

    /// <summary>Reads the token file, or makes one that only its owner can read.</summary>
    public static ApiToken Load(string path)
    {
        if (System.IO.File.Exists(path))
        {
            string text = System.IO.File.ReadAllText(path).Trim();
            if (text.Length == Bytes * 2 && text.All(char.IsAsciiHexDigitLower))
            {
                return new ApiToken(text);
            }
            System.IO.File.Delete(path); // damaged: nobody holds a copy that works
        }
        ApiToken token = new(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes)));
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        using FileStream file = new(path, options);
        file.Write(Encoding.ASCII.GetBytes(token.Text + "\n"));
        return token;
    }

    public bool Matches(string? given) =>
        given is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), _utf8);
}
