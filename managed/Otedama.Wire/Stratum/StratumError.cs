namespace Otedama.Wire;

/// <summary>Error codes of Stratum v1.</summary>
public enum StratumError
{
    Other = 20,
    JobNotFound = 21,
    Duplicate = 22,
    LowDifficulty = 23,
    Unauthorised = 24,
    NotSubscribed = 25,
}
