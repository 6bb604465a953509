using Otedama.Core;
using Otedama.Pool;

namespace Otedama.Tests.Pool;

/// <summary>Everybody has this one account; by default nobody has any.</summary>
internal sealed class TestAccounts(int everybody = Claimant.NoAccount) : IAccounts
{
    public int AccountCount => everybody + 1;

    public int FindAccount(ReadOnlySpan<byte> script, string worker) => everybody;

    public int AdmitAccount(Claimant claimant, Hash256 hash) => everybody;
}
