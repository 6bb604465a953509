using System.Text;

namespace Otedama.Pool;

/// <summary>One user name a connection has authorized.</summary>
internal sealed class SessionWorker
{
    public SessionWorker(string user, AccountMeter account)
    {
        User = user;
        Account = account;
        UserBytes = Encoding.UTF8.GetBytes(user);
    }

    /// <summary>As sent, cleaned and cut: what submit repeats.</summary>
    public string User { get; }

    public byte[] UserBytes { get; }

    public AccountMeter Account { get; }
}
