namespace Otedama.Core;

/// <summary>What the payout planner knows about one payee.</summary>
/// <param name="Payee">The payee's number; 0 is the operator himself, who takes part with his own work.</param>
/// <param name="Script">Where it is paid.</param>
/// <param name="Work">Its work in the window, in expected hashes.</param>
/// <param name="Owed">Earned in earlier blocks and not yet paid; below zero when paid too much (a lost race).</param>
public readonly record struct PayeeWork(int Payee, ReadOnlyMemory<byte> Script, UInt128 Work, Amount Owed);
