namespace Otedama.Pool;

/// <summary>
/// One connection that limits apply to. Fields belong to <see cref="ConnectionGuard"/>, under the address' lock.
/// </summary>
public sealed class GuardEntry
{
    internal GuardEntry(GuardAddress address) => Address = address;

    internal GuardAddress Address { get; }

    internal bool IsLoggedIn;
    internal bool IsProven;
    internal bool HasLeft;
}
