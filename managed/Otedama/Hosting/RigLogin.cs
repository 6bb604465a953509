namespace Otedama;

/// <summary>
/// Whom a rig logs in as. Pools part address and worker by a dot; some know a slash or an underscore, and a number behind a
/// plus as the difficulty wished for. A wallet that has any of these is a login already.
/// </summary>
internal static class RigLogin
{
    /// <summary>No account name of a pool is as long as the shortest address.</summary>
    private const int AddressCharactersMin = 26;

    /// <summary>The address in a wallet that may carry more.</summary>
    public static string AddressOf(string wallet)
    {
        int end = wallet.IndexOfAny(['.', '/', '+', '_']);
        return end < 0 ? wallet : wallet[..end];
    }

    /// <summary>
    /// worker is null when nobody has chosen one, so that a name in the wallet counts; then fallback is used.
    /// </summary>
    public static string Of(string wallet, string? worker, string fallback)
    {
        int dot = wallet.IndexOf('.', StringComparison.Ordinal);
        if (dot > 0 && dot < wallet.Length - 1)
        {
            return worker is null ? wallet : Join(wallet[..dot], worker);
        }
        bool whole = wallet.IndexOfAny(['/', '+']) > 0 || wallet.IndexOf('_', StringComparison.Ordinal) >= AddressCharactersMin;
        return whole ? wallet : Join(wallet.TrimEnd('.'), worker ?? fallback);
    }

    private static string Join(string account, string worker) => worker.Length > 0 ? $"{account}.{worker}" : account;
}
