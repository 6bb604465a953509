namespace Otedama.Asic;

/// <summary>What a nonce reply says, before it is known whether it is true.</summary>
/// <param name="JobId">As it was sent.</param>
/// <param name="Midstate">Which midstate, 0-3; 0 where the chip rolls the version itself.</param>
/// <param name="SmallCore">Small core in the core; 0 where the reply does not say.</param>
/// <param name="Core">Core in the chip, 0-127; 0 where nobody knows which bits say it.</param>
/// <param name="VersionBits">Rolled version bits in their place in the header's version; 0 on BM1397.</param>
public readonly record struct NonceFields(int JobId, int Midstate, int SmallCore, int Core, uint VersionBits);
