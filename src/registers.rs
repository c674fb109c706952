//! Loops compiled twice: for the registers that every processor has, and for the wide ones of most.

/// Runs a kernel compiled for 256-bit registers where the processor has them.
///
/// The same additions are made in the same order, and nothing is contracted to fused operations, so the bits of the
/// result do not depend on the processor.
macro_rules! on_widest_registers {
    ($kernel:ident ( $($argument:ident : $type:ty),* ) $(-> $result:ty)?) => {{
        #[cfg(target_arch = "x86_64")]
        {
            #[target_feature(enable = "avx2")]
            fn wide($($argument: $type),*) $(-> $result)? {
                $kernel($($argument),*)
            }
            if std::arch::is_x86_feature_detected!("avx2") {
                // SAFETY: the processor has the instructions that `wide` was compiled for.
                return unsafe { wide($($argument),*) };
            }
        }
        $kernel($($argument),*)
    }};
}

pub(crate) use on_widest_registers;
