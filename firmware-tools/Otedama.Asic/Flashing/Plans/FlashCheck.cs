using System.Text.Json.Serialization;

namespace Otedama.Asic;

[JsonConverter(typeof(FlashEnum<FlashCheckOutcome>))]
public enum FlashCheckOutcome
{
    Passed,

    /// <summary>Nothing is written.</summary>
    Failed,

    /// <summary>What it asks is not known; nothing is written.</summary>
    Unknown,

    /// <summary>The operator took it upon himself with a flag that names it.</summary>
    Waived,

    /// <summary>It can only be seen while writing: the run refuses or goes back there.</summary>
    DuringRun,

    /// <summary>It asks nothing of this device.</summary>
    NotApplicable,
}

/// <summary>One rule, applied.</summary>
/// <param name="Rule">1 to 15.</param>
/// <param name="Name">plan, catalogue, match, downgrade, backup, quiet, write, order, transport, verify, roll_back,
/// rollout, power_loss, ledger, secrets.</param>
/// <param name="Says">Sentences: value found, what is allowed, next step.</param>
public sealed record FlashCheck(int Rule, string Name, FlashCheckOutcome Outcome, string Says);
