namespace Otedama.Pool;

/// <summary>Who has worked here: accounts by number. Any thread.</summary>
public interface IAccounts
{
    /// <summary>Account numbers are below this. Never waits.</summary>
    int AccountCount { get; }

    /// <summary>Number of the account of who has worked here before; negative when there is none.</summary>
    int FindAccount(ReadOnlySpan<byte> script, string worker);

    /// <summary>
    /// Number of the account with this script and worker name, made when new. Throws LedgerFullException when there is no
    /// room for one.
    /// </summary>
    int InternAccount(string address, ReadOnlySpan<byte> script, string worker);
}
