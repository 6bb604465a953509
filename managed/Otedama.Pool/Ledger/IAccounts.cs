using Otedama.Core;

namespace Otedama.Pool;

/// <summary>Who has worked here: accounts by number. Any thread.</summary>
public interface IAccounts
{
    /// <summary>Account numbers are below this. Never waits.</summary>
    int AccountCount { get; }

    /// <summary>Number of the account of who has worked here before; negative when there is none.</summary>
    int FindAccount(ReadOnlySpan<byte> script, string worker);

    /// <summary>
    /// Number of the account of who sent a good share with this proof-of-work hash, made when new. Claimant.NoAccount when
    /// there is no room, or when the address is new and the hash is worth less than an account costs now.
    /// </summary>
    int AdmitAccount(Claimant claimant, Hash256 hash);
}
