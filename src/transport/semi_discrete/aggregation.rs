//! Clusters of sites for the coarse levels of [`super::multigrid`]: pairwise matching along the strongest couplings
//! (Notay 2010, algorithms 4.1 and 4.2).

use super::laplacian::Laplacian;

/// Two sites are joined only when their coupling is at least this share of the strongest of either.
const STRONG: f64 = 0.25;

/// Clusters of at most two sites along strong couplings: cluster of each site, and their number.
pub(super) fn matched(matrix: &Laplacian) -> (Vec<u32>, usize) {
    const FREE: u32 = u32::MAX;
    let size = matrix.size();
    let strongest: Vec<f64> = (0..size).map(|a| matrix.row(a).map(|(_, h)| h).fold(0.0, f64::max)).collect();
    let mut cluster = vec![FREE; size];
    let mut count = 0;
    for a in 0..size {
        if cluster[a] != FREE {
            continue;
        }
        let mut partner = None;
        let mut most = STRONG * strongest[a];
        for (b, h) in matrix.row(a) {
            if cluster[b] == FREE && b != a && h > 0.0 && h >= most {
                most = h;
                partner = Some(b);
            }
        }
        cluster[a] = count;
        if let Some(b) = partner {
            cluster[b] = count;
        }
        count += 1;
    }
    (cluster, count as usize)
}

/// The Laplacian between clusters: couplings added up.
pub(super) fn collapsed(matrix: &Laplacian, cluster: &[u32], count: usize) -> Laplacian {
    let mut members_start = vec![0u32; count + 1];
    cluster.iter().for_each(|c| members_start[*c as usize + 1] += 1);
    for c in 0..count {
        members_start[c + 1] += members_start[c];
    }
    let mut members = vec![0u32; cluster.len()];
    let mut place = members_start.clone();
    for (a, c) in cluster.iter().enumerate() {
        members[place[*c as usize] as usize] = a as u32;
        place[*c as usize] += 1;
    }
    let mut coarse = Laplacian {
        start: Vec::with_capacity(count + 1),
        column: Vec::with_capacity(matrix.column.len()),
        coupling: Vec::with_capacity(matrix.column.len()),
        ..Laplacian::default()
    };
    // Where the entry of a cluster stands in the row being made.
    let mut entry = vec![u32::MAX; count];
    coarse.start.push(0);
    for c in 0..count {
        let begin = coarse.column.len();
        for a in &members[members_start[c] as usize..members_start[c + 1] as usize] {
            for (b, h) in matrix.row(*a as usize) {
                let d = cluster[b] as usize;
                if d == c {
                    continue;
                }
                let p = entry[d] as usize;
                if p >= begin && p < coarse.column.len() && coarse.column[p] as usize == d {
                    coarse.coupling[p] += h;
                } else {
                    entry[d] = coarse.column.len() as u32;
                    coarse.column.push(d as u32);
                    coarse.coupling.push(h);
                }
            }
        }
        coarse.start.push(coarse.column.len() as u32);
    }
    coarse.prepare_rows();
    coarse
}
