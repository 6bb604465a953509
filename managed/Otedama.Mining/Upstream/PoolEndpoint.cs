namespace Otedama.Mining;

/// <summary>One pool of a rig's list, most wanted first.</summary>
/// <param name="User">Wallet or account, usually wallet.worker.</param>
/// <param name="Password">Often "x"; pools read options such as d=1024 from it.</param>
public sealed record PoolEndpoint(PoolUrl Url, string User, string Password = "x");
