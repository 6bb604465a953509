using System.Security.Cryptography;
using System.Text;

namespace Otedama.Wire;

/// <summary>
/// Who may call: the cookie of this run, and a configured user beside it. Compared in constant time by digest, so
/// that neither length nor prefix leaks.
/// </summary>
public sealed class RpcCredentials
{
    /// <summary>User name of the cookie, as bitcoind writes it.</summary>
    public const string CookieUser = "__cookie__";

    private readonly List<byte[]> _accepted = [];

    public RpcCredentials Add(string user, string password)
    {
        _accepted.Add(Digest(Encoding.UTF8.GetBytes($"{user}:{password}")));
        return this;
    }

    /// <summary>Makes a fresh cookie, writes it with owner-only access, and accepts it.</summary>
    public RpcCredentials AddCookie(string path)
    {
        string password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        Add(CookieUser, password);
        File.Delete(path);
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        using FileStream file = new(path, options);
        file.Write(Encoding.UTF8.GetBytes($"{CookieUser}:{password}"));
        return this;
    }

    /// <summary>Checks an Authorization header; anything malformed is simply not accepted.</summary>
    public bool Accepts(string? authorization)
    {
        const string scheme = "Basic ";
        if (authorization is null || !authorization.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) || authorization.Length > 1024)
        {
            return false;
        }
        byte[] plain = new byte[authorization.Length];
        if (!Convert.TryFromBase64String(authorization[scheme.Length..].Trim(), plain, out int length))
        {
            return false;
        }
        byte[] digest = Digest(plain.AsSpan(0, length));
        bool accepted = false;
        foreach (byte[] candidate in _accepted)
        {
            accepted |= CryptographicOperations.FixedTimeEquals(candidate, digest);
        }
        return accepted;
    }

    private static byte[] Digest(ReadOnlySpan<byte> text) => SHA256.HashData(text);
}
