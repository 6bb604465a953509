namespace Otedama.Core;

/// <summary>
/// Who would be paid for a submit. The ledger knows nobody by a login alone: the number comes with the first share that
/// is accepted, so that an account costs work.
/// </summary>
public class Claimant(string address, byte[] script, string worker, int accountId)
{
    /// <summary>The number of who has no account yet.</summary>
    public const int NoAccount = -1;

    private int _accountId = accountId;

    public string Address { get; } = address;

    public byte[] Script { get; } = script;

    public string Worker { get; } = worker;

    /// <summary>Written by the share path, read by anyone.</summary>
    public int AccountId
    {
        get => Volatile.Read(ref _accountId);
        set => Volatile.Write(ref _accountId, value);
    }
}
